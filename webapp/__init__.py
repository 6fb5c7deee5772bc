"""The Django project: settings, URLs, and what Heroku starts."""
