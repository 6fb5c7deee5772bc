"""The project's settings; the web side's environment variables are read here and nowhere else."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from imports import defaults
from webapp import environment

BASE_DIR: Final = Path(__file__).resolve().parent.parent

# -- Where we run -------------------------------------------------------------------------------

DYNO = environment.text("DYNO")
"""Heroku names every dyno, as in `web.1`; empty elsewhere."""

BUILDING: Final = "collectstatic" in sys.argv
"""Heroku's build collects the static files before any add-on or config var need exist."""

NEEDED_ON_A_DYNO: Final = (
    "DATABASE_URL",
    "SECRET_KEY",
    "SLUICE_BASE_URL",
    "SLUICE_BUCKET",
    "SLUICE_COMMANDS_QUEUE_URL",
    "SLUICE_DATABASE_PARAMETER",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_REGION",
)

if DYNO and not BUILDING:
    environment.require(NEEDED_ON_A_DYNO)

DEBUG = environment.flag("DEBUG")

# A key for this process alone: good for a build or a check, and nobody can rely on it.
SECRET_KEY = environment.text("SECRET_KEY") or secrets.token_urlsafe(50)

SLUICE_BASE_URL = environment.text("SLUICE_BASE_URL").rstrip("/")
"""Where users find the site; links in mails begin with it."""

if SLUICE_BASE_URL and urlsplit(SLUICE_BASE_URL).scheme not in {"http", "https"}:
    raise ImproperlyConfigured(
        f"SLUICE_BASE_URL={SLUICE_BASE_URL!r}; it accepts a URL such as https://app.example.com"
    )
if DYNO and SLUICE_BASE_URL.startswith("http:"):
    raise ImproperlyConfigured("SLUICE_BASE_URL begins with http:; on Heroku it must be https:")

PLAIN_HTTP: Final = SLUICE_BASE_URL.startswith("http:")
"""Only a local stack is reached without TLS, and says so by its base URL."""

# The base URL's own host; where there is none, this machine alone.
ALLOWED_HOSTS = environment.names("ALLOWED_HOSTS") or [
    urlsplit(SLUICE_BASE_URL).hostname or "localhost"
]
CSRF_TRUSTED_ORIGINS = [SLUICE_BASE_URL] if SLUICE_BASE_URL else []

PORT = environment.text("PORT")
"""Heroku says on which port the dyno must listen."""

# -- Apps ---------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "imports",  # before the admin, whose changelists get their Import button from its template
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "webapp",
    "webapp.airports",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "webapp.urls"
WSGI_APPLICATION = "webapp.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# -- Database -----------------------------------------------------------------------------------

DATABASE_URL = environment.text("DATABASE_URL")

DATABASES: dict[str, Any] = {
    "default": {
        **dj_database_url.parse(
            DATABASE_URL or "postgres://",
            # Ten minutes: a new connection to Heroku Postgres costs some 50 ms of TLS.
            conn_max_age=600,
            conn_health_checks=True,
            # Heroku Postgres takes no plain connections, and its URL does not say so.
            ssl_require=bool(DYNO),
        ),
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- Users --------------------------------------------------------------------------------------

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"

# -- Transport security -------------------------------------------------------------------------

SECURE_SSL_REDIRECT = not PLAIN_HTTP
SESSION_COOKIE_SECURE = not PLAIN_HTTP
CSRF_COOKIE_SECURE = not PLAIN_HTTP
# A year, as the preload list asks for; browsers heed the header over HTTPS only (RFC 6797, 7.2).
SECURE_HSTS_SECONDS = 0 if PLAIN_HTTP else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
if DYNO:
    # Heroku's router ends TLS and overwrites whatever the client put into this header.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# -- Language and time --------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ja", "日本語")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# -- Imports ------------------------------------------------------------------------------------

SLUICE_BUCKET = environment.text("SLUICE_BUCKET")
SLUICE_COMMANDS_QUEUE_URL = environment.text("SLUICE_COMMANDS_QUEUE_URL")
SLUICE_DATABASE_PARAMETER = environment.text("SLUICE_DATABASE_PARAMETER")
# S3 takes 5 TB (S3 user guide, "Uploading objects"); what a worker reads in time is far less.
SLUICE_MAX_UPLOAD_BYTES = environment.number("SLUICE_MAX_UPLOAD_BYTES", 5 * 1000**3)
SLUICE_PARTS_ABOVE_BYTES = environment.number(
    "SLUICE_PARTS_ABOVE_BYTES", defaults.PARTS_ABOVE_BYTES
)
SLUICE_UPLOAD_FORM_SECONDS = environment.number(
    "SLUICE_UPLOAD_FORM_SECONDS", defaults.UPLOAD_FORM_SECONDS
)
SLUICE_UPLOAD_GRACE_HOURS = environment.number(
    "SLUICE_UPLOAD_GRACE_HOURS", defaults.UPLOAD_GRACE_HOURS
)
SLUICE_REVIEW_DAYS = environment.number("SLUICE_REVIEW_DAYS", defaults.REVIEW_DAYS)
SLUICE_PRICE_PER_GB_SECOND = environment.amount(
    "SLUICE_PRICE_PER_GB_SECOND", defaults.PRICE_PER_GB_SECOND
)
SLUICE_PRICE_PER_REQUEST = environment.amount(
    "SLUICE_PRICE_PER_REQUEST", defaults.PRICE_PER_REQUEST
)
SLUICE_DYNO_PRICE_PER_MONTH = environment.amount(
    "SLUICE_DYNO_PRICE_PER_MONTH", defaults.DYNO_PRICE_PER_MONTH
)
SLUICE_PRICE_CURRENCY = environment.text("SLUICE_PRICE_CURRENCY", defaults.PRICE_CURRENCY)
SLUICE_AWS_REGION = environment.text("AWS_REGION")
SLUICE_AWS_ENDPOINT_URL = environment.text("AWS_ENDPOINT_URL") or None
"""Set for a local AWS only, which wants the bucket in the path instead of in the host name."""

# -- Files --------------------------------------------------------------------------------------

STATIC_URL = "static/"
# Elsewhere than on a dyno nobody need collect: WhiteNoise serves the files where they lie.
STATIC_ROOT = BASE_DIR / "staticfiles" if DYNO or BUILDING else None
WHITENOISE_USE_FINDERS = not DYNO

STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if DYNO or BUILDING
        else "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
    "import_results": {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": SLUICE_BUCKET,
            "region_name": SLUICE_AWS_REGION or None,
            "endpoint_url": SLUICE_AWS_ENDPOINT_URL,
            "addressing_style": "path" if SLUICE_AWS_ENDPOINT_URL else "virtual",
            "signature_version": "s3v4",
            # Five minutes: enough to follow the redirect, too short to pass the link on.
            "querystring_expire": 300,
        },
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
"""No file passes through Django: the biggest request is the 64 KB sample with its form."""

# -- Logging ------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # It says at INFO where it found its credentials, for every client.
    "loggers": {"botocore": {"level": "WARNING"}},
}
