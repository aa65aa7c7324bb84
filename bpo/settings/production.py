"""A server of one's own: nothing embedded, nothing guessed; a missing variable stops the start and is named."""

from bpo.settings import env
from bpo.settings.base import *  # noqa: F403
from bpo.settings.base import LOG_LEVEL, STORAGES, log_settings

env.secret("DATABASE_URL")
env.secret("REDIS_URL")
env.text("EMAIL_HOST")
SECRET_KEY = env.secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = [key.strip() for key in env.secret("SECRET_KEY_FALLBACKS", "").split(",") if key.strip()]
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS") or [env.text("ALLOWED_HOSTS")]
SITE_URL = env.text("SITE_URL").rstrip("/")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", SITE_URL)

SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = env.integer("SECURE_HSTS_SECONDS", 60 * 60 * 24 * 30)

STORAGES = STORAGES | {"staticfiles": {"BACKEND": "bpo.storage.HashedModules"}}
WHITENOISE_USE_FINDERS = False
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 60
LOGGING = log_settings(True, LOG_LEVEL)
