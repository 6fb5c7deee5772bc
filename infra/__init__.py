"""The AWS side as code: the template, and what deploys it."""
