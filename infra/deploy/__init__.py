"""Builds the worker's zip and deploys template and code, to AWS or to a local AWS."""
