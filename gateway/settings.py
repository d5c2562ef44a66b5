"""Settings of the gateway: environment, then `.env`, then the defaults here (docs/operations.md lists them)."""

import os
import socket
import warnings
from pathlib import Path

from gateway.conf import Environment, cache, channel_layers, database, logging_config, navigation, spectacular

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()
Environment.read_env(os.environ.get("GATEWAY_ENV_FILE", str(BASE_DIR / ".env")))  # never overrides the environment

# --- who runs this, and where -------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", False)
GATEWAY_PROFILE = env.str("GATEWAY_PROFILE", "dev" if DEBUG else "prod")
SAMPLE_SECRET_KEY = "sample-key-that-production-refuses"  # noqa: S105 - gateway.E001 refuses it in prod
SECRET_KEY = env.str("SECRET_KEY", "") or SAMPLE_SECRET_KEY
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"] if GATEWAY_PROFILE == "dev" else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HOST = env.str("HOST", "0.0.0.0")  # noqa: S104 - charge points come from outside
PORT = env.int("PORT", 3000)
GATEWAY_SLOT = env.str("GATEWAY_SLOT", "") or f"{socket.gethostname()}:{PORT}"

# --- charge points ------------------------------------------------------------------------------------------------
HEARTBEAT_INTERVAL = env.int("HEARTBEAT_INTERVAL", 60)  # seconds
CALL_TIMEOUT = env.float("CALL_TIMEOUT", 30.0)  # seconds
COMMAND_QUEUE_DEPTH = env.int("COMMAND_QUEUE_DEPTH", 20)
STATION_POLICY = env.str("STATION_POLICY", "") or ("open" if GATEWAY_PROFILE == "dev" else "known")
UNKNOWN_TAGS = env.str("UNKNOWN_TAGS", "deny")
ID_TAG_SPLIT = env.str("ID_TAG_SPLIT", "")  # characters at which an idTag is cut to find its card
ALLOWED_ORIGINS = [origin.lower() for origin in env.list("ALLOWED_ORIGINS", default=[])]  # of web pages
STATION_PATH_PREFIX = env.inner_path("STATION_PATH_PREFIX", "")
REQUIRE_SUBPROTOCOL = env.bool("REQUIRE_SUBPROTOCOL", False)
OCPP_TRANSACTION_IDS = env.str("OCPP_TRANSACTION_IDS", "sequence")
TRIGGER_BOOT_AFTER = env.int("TRIGGER_BOOT_AFTER", 0)  # seconds; 0: never
WEBSOCKET_PINGS = env.bool("WEBSOCKET_PINGS", True)
LOG_HEARTBEATS_BELOW = env.int("LOG_HEARTBEATS_BELOW", 1000)  # stations connected to one process
MESSAGE_LOG_DAYS = env.int("MESSAGE_LOG_DAYS", 7)  # 0: for ever
STATUS_CHANGE_DAYS = env.int("STATUS_CHANGE_DAYS", 90)  # 0: for ever
EVENT_DAYS = env.int("EVENT_DAYS", 7)  # 0: for ever
REJECTED_FRAME_DAYS = env.int("REJECTED_FRAME_DAYS", 7)  # 0: for ever; a dead letter's begin with its repair
MASK_TAGS = env.bool("MASK_TAGS", GATEWAY_PROFILE == "prod")  # in the message log and other logs
CPO_NAME = env.str("CPO_NAME", "")
CA_FOLDER = Path(env.str("CA_FOLDER", "") or BASE_DIR / "ca")
CERTIFICATE_DAYS = env.int("CERTIFICATE_DAYS", 365)
SIGN_CERTIFICATES = env.str("SIGN_CERTIFICATES", "by_hand")
LEASE_SECONDS = 90
LEASE_RENEWAL_SECONDS = 30

# --- alerts: minutes until something wrong is told; 0: never --------------------------------------------------------
ALERT_OFFLINE_MINUTES = env.int("ALERT_OFFLINE_MINUTES", 5)
ALERT_FAULTED_MINUTES = env.int("ALERT_FAULTED_MINUTES", 1)
ALERT_NO_HEARTBEAT_MINUTES = env.int("ALERT_NO_HEARTBEAT_MINUTES", 10)
ALERT_NO_ENERGY_MINUTES = env.int("ALERT_NO_ENERGY_MINUTES", 15)
ALERT_SUSPICIOUS_DATA_MINUTES = env.int("ALERT_SUSPICIOUS_DATA_MINUTES", 1)
ALERT_DAYS = env.int("ALERT_DAYS", 90)  # of closed ones; 0: for ever
vars().update(env.mail_server("EMAIL_URL"))
EMAIL_TIMEOUT = 15  # seconds; else one that accepts and says nothing is waited for, for ever
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", "") or f"gateway@{socket.gethostname()}"

# --- files of stations ---------------------------------------------------------------------------------------------
PUBLIC_URL = env.str("PUBLIC_URL", "")  # empty: the Host under which the station itself reached us
FILES_FOLDER = (BASE_DIR / env.str("FILES_FOLDER", "files")).resolve()  # never below STATIC_ROOT: gateway.E009
MAX_UPLOAD_MB = env.int("MAX_UPLOAD_MB", 200)

# --- Django -------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "gateway",  # before daphne: its runserver uses the guarded server
    "daphne",
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rfid",
    "stations",
    "sessions_app",
    "ocpp_ws",
]
MIDDLEWARE = [
    "gateway.middleware.before_host",
    "django.middleware.security.SecurityMiddleware",
    "gateway.middleware.Gzip",  # a list of 50 rows is 250 KiB without; Django pads against BREACH
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
LOGIN_REDIRECT_URL = "admin:index"
ROOT_URLCONF = "gateway.urls"
ASGI_APPLICATION = "gateway.asgi.application"
APPEND_SLASH = True
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "gateway" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
DATABASES = {"default": database(env.str("DATABASE_URL", "") or f"sqlite:///{BASE_DIR / 'gateway.db'}", BASE_DIR)}
REDIS_URL = env.str("REDIS_URL", "")
CHANNEL_LAYERS = channel_layers(REDIS_URL)
CACHES = cache(REDIS_URL)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_AGE = 8 * 3600
HTTPS_ONLY = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.bool("HTTPS_ONLY", False)

LANGUAGE_CODE = "en-gb"
TIME_ZONE = env.zone("TIME_ZONE", "UTC")
USE_TZ = True
FORMAT_MODULE_PATH = ["gateway.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True  # no collectstatic needed; with it, files come compressed from STATIC_ROOT
warnings.filterwarnings("ignore", message="No directory at", module="django.core.handlers.base")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["gateway.api.permissions.ApiAccess"],
    "DEFAULT_PAGINATION_CLASS": "rfid.api.kit.PageSizePagination",
    "DEFAULT_FILTER_BACKENDS": ["rfid.api.kit.StrictFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "gateway.api.problems.problem_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = spectacular()
UNFOLD = navigation()
LOGGING_CONFIG = None
LOGGING = logging_config(
    level=env.str("LOG_LEVEL", "info"), file=env.str("LOG_FILE", ""), style=env.str("LOG_FORMAT", "console")
)
