"""Tests: their own data folder beside the real one, servers without fsync, tasks run where they are started."""

import os

from bpo.settings import base
from bpo.settings.base import *  # noqa: F403
from bpo.settings.base import (
    CACHES,
    CHANNEL_LAYERS,
    DATABASES,
    LOG_LEVEL,
    REDIS_SECONDS,
    Postgres,
    Valkey,
    env,
    log_settings,
    push_hosts,
)

VAR = base.VAR / "test"
SECRET_KEY = "a key that protects nothing but the tests"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver", ".localhost"]
MEDIA_ROOT = VAR / "media"

if base.POSTGRES:
    POSTGRES = Postgres(VAR / "postgres", durable=False)
    DATABASES["default"] |= {"HOST": str(POSTGRES.socket_folder), "USER": POSTGRES.role}
if base.VALKEY:
    VALKEY = Valkey(VAR / "valkey", durable=False)
    REDIS_URL, CELERY_BROKER_URL = env.redis_urls(VALKEY.url)
    CHANNEL_LAYERS["default"]["CONFIG"] = {"hosts": push_hosts(REDIS_URL, REDIS_SECONDS), "prefix": "bpo-test"}
    CACHES["default"]["LOCATION"] = REDIS_URL
if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = f"bpo-test-{worker}"
    CACHES["default"]["KEY_PREFIX"] = f"bpo-{worker}"
# Threads and event loops of tests close what they open.
DATABASES["default"]["CONN_MAX_AGE"] = 0

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
ACCOUNT_RATE_LIMITS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
LOGGING = log_settings(False, LOG_LEVEL if "LOG_LEVEL" in os.environ else "WARNING")
