"""The worker that Lambda runs, and the vocabulary that the web side shares with it. Knows no
Django."""

__version__ = "0.1.0"
