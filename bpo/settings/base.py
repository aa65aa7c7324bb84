"""What every environment shares; a value read from the environment is described in .env.example."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import django_stubs_ext
import environ
import structlog
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from bpo.embedded.postgres import Postgres
from bpo.embedded.valkey import Valkey
from bpo.settings import env
from bpo.settings.push import push_hosts

django_stubs_ext.monkeypatch()  # lets classes be written ModelAdmin[User] at run time

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR = Path(env.text("BPO_VAR", str(BASE_DIR / "var"))).resolve()

DEBUG = False
SECRET_KEY = ""
ALLOWED_HOSTS: list[str] = []
SITE_URL = env.text("SITE_URL", "http://localhost:8000").rstrip("/")
OPERATOR_NAME = env.text("OPERATOR_NAME", "Contact center")
WSGI_APPLICATION = "bpo.wsgi.application"
ASGI_APPLICATION = "bpo.asgi.application"
ROOT_URLCONF = "bpo.urls"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SITE_ID = 1

INSTALLED_APPS = [
    "bpo.apps.BpoConfig",
    "bpo.accounts.apps.AccountsConfig",
    "bpo.apps.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "channels",
    "csp",
    "django_htmx",
    "heroicons",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "django_prometheus",
    "pgtrigger",
    "pghistory",
    "clients",
    "agents",
    "interactions",
]

# The invented clients and their pages; a production installation has them only when it asks.
DEMO = env.flag("BPO_DEMO", os.environ.get("DJANGO_SETTINGS_MODULE") != "bpo.settings.production")
if DEMO and find_spec("bpo.demo"):
    INSTALLED_APPS.append("bpo.demo")

# Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed; see bpo.asgi.
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES")

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "bpo.kernel.web.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "bpo.kernel.web.PartMiddleware",
    "bpo.accounts.middleware.PersonMiddleware",
    "bpo.kernel.web.ReadableMiddleware",
    "bpo.kernel.web.DomainErrorMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "libraries": {"ui": "bpo.kernel.templatetags.ui"},
        },
    }
]

# --- database: an outside one, or the embedded server under var/ -------------------------------------------------
POSTGRES: Postgres | None = None
VALKEY: Valkey | None = None
DURABLE = not env.flag("BPO_FAST_DATA")
# Views under ASGI run in short-lived threads, so only a pool keeps their connections; the other processes
# live long in one thread and keep one connection each.
DATABASE_POOL = env.integer("DATABASE_POOL", 0)
DATABASE_KEEP = {} if DATABASE_POOL else {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
# A list joins a dozen small tables to a few rows, in an order that is best as it is written: PostgreSQL's search for a
# better one took 20 to 50 times as long as the query itself.
# Statements of a fixed text (kernel/asking.py) are planned once by each connection too, from their third use on.
DATABASE_OPTIONS: dict[str, Any] = {
    "options": "-c join_collapse_limit=4 -c from_collapse_limit=4",
    "prepare_threshold": 2 if env.flag("DATABASE_PREPARE", True) else None,
}
if DATABASE_POOL:
    DATABASE_OPTIONS["pool"] = {"min_size": min(2, DATABASE_POOL), "max_size": DATABASE_POOL, "timeout": 10}
if os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_URL_FILE"):
    DATABASES = {"default": environ.Env.db_url_config(env.secret("DATABASE_URL"))}
    DATABASES["default"]["ENGINE"] = "django.db.backends.postgresql"
else:
    POSTGRES = Postgres(VAR / "postgres", durable=DURABLE)
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "bpo",
            "USER": POSTGRES.role,
            "HOST": str(POSTGRES.socket_folder),
        }
    }
DATABASES["default"].update(DATABASE_KEEP)
DATABASES["default"].setdefault("OPTIONS", {}).update(DATABASE_OPTIONS)

# --- Redis or Valkey: cache, push and task queue, each with its own spelling of the address ------------------------
if os.environ.get("REDIS_URL") or os.environ.get("REDIS_URL_FILE"):
    REDIS_URL, CELERY_BROKER_URL = env.redis_urls(env.secret("REDIS_URL"))
else:
    VALKEY = Valkey(VAR / "valkey", durable=DURABLE)
    REDIS_URL, CELERY_BROKER_URL = env.redis_urls(VALKEY.url)

REDIS_SECONDS = 0.2  # what one call to a dead server may cost a person who waits
CHANNEL_LAYERS: dict[str, Any] = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": push_hosts(REDIS_URL, REDIS_SECONDS), "prefix": "bpo"},
    }
}
CACHES: dict[str, Any] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": REDIS_SECONDS, "socket_timeout": REDIS_SECONDS},
        "KEY_PREFIX": "bpo",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"

CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A process that takes the place of a dead one may be slow to start on a busy machine; killed after Celery's four
# seconds, it would be started and killed for as long as the machine is busy.
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 60.0
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = REDIS_SECONDS
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": REDIS_SECONDS,
    "socket_timeout": REDIS_SECONDS,
    "max_retries": 0,
    "visibility_timeout": 3600,
}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"

# --- people getting in ------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "my-place"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "bpo.accounts.adapter.ClosedAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_USER_DISPLAY = "bpo.accounts.models.display_name"
ACCOUNT_RATE_LIMITS: Any = {
    "login": "60/m/ip",
    "login_failed": "20/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/m/key",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_TOTP_ISSUER = OPERATOR_NAME
USERSESSIONS_TRACK_ACTIVITY = False
INVITATION_DAYS = 7
PASSWORD_RESET_TIMEOUT = INVITATION_DAYS * 24 * 3600

# --- voice: how browsers find each other (bpo.kernel.turn) -----------------------------------------------------------
TURN_URLS = env.words("TURN_URLS")
TURN_SECRET = env.secret("TURN_SECRET", "")
TURN_ONLY = env.flag("TURN_ONLY")
if TURN_ONLY and not (TURN_URLS and TURN_SECRET):
    raise ImproperlyConfigured("TURN_ONLY sends every call through TURN_URLS, which needs TURN_SECRET: set both.")
STUN_URLS = env.words("STUN_URLS")
# Countries, as two letters, whose rule is that an agent sees who listens; see interactions.monitoring.
LISTENING_TOLD_IN = frozenset(word.upper() for word in env.words("LISTENING_TOLD_IN"))
FLOOR_COUNTRY = env.text("FLOOR_COUNTRY", "").upper()

# --- what the browser may do --------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "media-src": ["'self'", "blob:"],
        "frame-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# --- API ------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "clients.api.auth.ApiKeyAuthentication",  # the first tells the anonymous what is wanted: 401
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["clients.api.auth.CallerThrottle"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "bpo.kernel.parsing.ReadableJSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_SCHEMA_CLASS": "drf_standardized_errors.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "DEFAULT_PAGINATION_CLASS": "bpo.kernel.api.Pages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "PAGE_SIZE": 50,
}
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "bpo.kernel.api.ApiExceptionHandler",
    "ALLOWED_ERROR_STATUS_CODES": ["400", "401", "403", "404", "405", "409", "429"],
    "ERROR_SCHEMAS": {"409": "bpo.kernel.api.ErrorResponse409Serializer"},
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Contact center API",
    "DESCRIPTION": "Contacts, cases, callbacks and set-up of the clients one may see.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "DEFAULT_GENERATOR_CLASS": "bpo.kernel.schema.KeptSchema",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_standardized_errors.openapi_hooks.postprocess_schema_enums",
    ],
}

# --- words, time, files ---------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "bpo.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
STAFF_TIME_ZONE = env.text("STAFF_TIME_ZONE", "UTC")  # of staff whose own zone is not known yet
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [folder for folder in [BASE_DIR / "static"] if folder.is_dir()]
MEDIA_ROOT = VAR / "media"
MEDIA_URL = ""  # uploads are never served directly; views that check permission send them
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
WHITENOISE_MAX_AGE = 0

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.integer("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.secret("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("STAFF_MAIL_FROM", "contact-center@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- logs -----------------------------------------------------------------------------------------------------------
LOG_LEVEL = env.text("LOG_LEVEL", "INFO")
LOG_JSON = False
LOG_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]


def log_settings(as_json: bool, level: str) -> dict[str, object]:
    """JSON lines for machines, plain lines for a person at a terminal."""
    tail: list[Any] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if as_json
        else [
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        ]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": LOG_PROCESSORS,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *tail],
            }
        },
        "filters": {"refusals": {"()": "bpo.kernel.log.RefusedInOneLine"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["refusals"]}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
            "django.db.backends": {"level": "WARNING"},
            "pymap": {"level": "WARNING"},
            "mail.log": {"level": "WARNING"},
        },
    }


structlog.configure(
    processors=[*LOG_PROCESSORS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
LOGGING = log_settings(LOG_JSON, LOG_LEVEL)
LOGGING_CONFIG = "logging.config.dictConfig"
