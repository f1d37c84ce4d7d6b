"""Settings of the site. The environment is read in the first block and nowhere else."""

import os
from pathlib import Path
from tempfile import gettempdir

import environ
import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = BASE_DIR / ".data"

env = environ.Env()
DEBUG = env.bool("DEBUG", default=False)
# Demo mode shows four shared accounts on the front page, so `up` keeps it on loopback.
DEMO = env.bool("DEMO", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# HTTPS says that the site is served under TLS (itself or by the proxy in front of it).
HTTPS = env.bool("HTTPS", default=False)
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
DATABASE = env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'parallax.sqlite3'}")
CACHE = env.cache_url("CACHE_URL", default="dbcache://cache_table")
# The accounts of a demo are anybody's, so what they write goes to the log and to no letter box.
EMAIL = (
    env.email_url_config("consolemail://")
    if DEMO
    else env.email_url("EMAIL_URL", default="consolemail://")
)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="parallax@localhost")
# Whether students are told by mail that they were written to; without it they see it on the site.
MESSAGES_BY_MAIL = env.bool(
    "MESSAGES_BY_MAIL", default=not EMAIL["EMAIL_BACKEND"].endswith("console.EmailBackend")
)
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
SIGN_UP_OPEN = env.bool("SIGN_UP_OPEN", default=True)
STATIC_ROOT = env.path("STATIC_ROOT", default=str(DATA_DIR / "static"))()
LOG_FORMAT = env.str("LOG_FORMAT", default="json")
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")

if not SECRET_KEY:
    secret_file = DATA_DIR / "secret_key"
    if not secret_file.exists():
        raise ImproperlyConfigured(
            "SECRET_KEY is not set and .data/secret_key does not exist. Set SECRET_KEY in the "
            "environment, or start the site with `python3 manage.py up`, which makes the file."
        )
    SECRET_KEY = secret_file.read_text(encoding="ascii").strip()

# --- Applications ------------------------------------------------------------------------------

INSTALLED_APPS = [
    "quizzes.apps.QuizzesConfig",
    "courses.apps.CoursesConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "template_partials.apps.SimpleAppConfig",
    "simple_history",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.Arrival",
    "config.middleware.RequestLog",
    "config.middleware.ContentSecurityPolicy",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.SignInFirst",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "config.middleware.MethodNotAllowed",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": False,
        "OPTIONS": {
            "builtins": ["template_partials.templatetags.partials", "django.templatetags.i18n"],
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ]
            if not DEBUG
            else [
                (
                    "template_partials.loader.Loader",
                    ["django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "courses.context.site",
            ],
        },
    }
]

# --- Database ----------------------------------------------------------------------------------

DATABASES = {"default": DATABASE}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if DATABASE["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a transaction that reads and then writes takes the write lock at once and waits
    # its turn; the default (deferred) fails at once with "database is locked" under two writers.
    DATABASE["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
            # Each thread has such a cache; what it misses is in the system's, a copy away.
            " PRAGMA cache_size=-500; PRAGMA temp_store=MEMORY;"
        ),
    }
    DATABASE["CONN_MAX_AGE"] = None
    # Tests use a file too: races need two real connections, which memory cannot give. It is named
    # after the process, so that two runs at once do not share it, and lies in memory where there
    # is a place for that: their commits are many and need not outlive a power cut.
    shared_memory = Path("/dev/shm")  # noqa: S108
    scratch = shared_memory if os.access(shared_memory, os.W_OK) else Path(gettempdir())
    DATABASE["TEST"] = {"NAME": str(scratch / f"parallax-test-{os.getpid()}.sqlite3")}
else:
    DATABASE["OPTIONS"] = {
        # Workers x max_size must stay under the server's connection limit.
        "pool": {"min_size": 1, "max_size": 16, "timeout": 20},
        # Statements that come again are planned once for each connection: planning was two thirds
        # of what an attempt's page cost the server. Behind a pooler that hands connections on
        # between transactions (PgBouncer's transaction mode), leave these two out.
        "server_side_binding": True,
        "prepare_threshold": 3,
    }

CACHES = {"default": CACHE}
SESSION_ENGINE = "config.sessions"  # in the database: a lost cache must log nobody out

# Work too long for a request, in the database beside what it is about. `up` starts a worker; where
# gunicorn is started by hand, so is `manage.py db_worker`.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# --- Accounts ----------------------------------------------------------------------------------

AUTH_USER_MODEL = "courses.User"
AUTHENTICATION_BACKENDS = [
    "courses.accounts.AccountBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "courses:home"
ACCOUNT_ADAPTER = "courses.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
# Without a mail server nobody could ever confirm an address, so it is asked for only with one.
ACCOUNT_EMAIL_VERIFICATION = (
    "none" if EMAIL["EMAIL_BACKEND"].endswith("console.EmailBackend") else "mandatory"
)
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]

# --- Security ----------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: []
    for name in ("camera", "geolocation", "microphone", "payment", "usb", "display-capture")
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
if HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    if TRUSTED_PROXIES:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576  # one form of a whole exam is far below this
# The editing page of a quiz has a dozen for each of its questions: Django's 1,000 end at seventy.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3_000

# --- Static files, mail, language, time --------------------------------------------------------

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "config.static.CompressedStaticFiles"
    },
}
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["map", "txt", "png", "jpg", "gz", "br", "woff", "woff2"]
EMAIL_BACKEND = EMAIL["EMAIL_BACKEND"]
EMAIL_HOST = EMAIL.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = EMAIL.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = EMAIL.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = EMAIL.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = EMAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = EMAIL.get("EMAIL_USE_SSL", False)
LANGUAGE_CODE = "en-gb"
USE_I18N = True
USE_TZ = True

# --- API ---------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "courses.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",  # asks for the CSRF token itself
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "courses.api.refuse",
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "URL_FORMAT_OVERRIDE": None,
    "NUM_PROXIES": TRUSTED_PROXIES,
}
SPECTACULAR_SETTINGS = {
    "PATH_CONVERTER_OVERRIDES": {"number": int},
    "TITLE": "Parallax API",
    "DESCRIPTION": (
        "Read the course, sit a quiz, read its result: the same as on the pages, with the same "
        "rules. Every refusal is JSON with a sentence in `detail`.\n\nOn this page you act as the "
        "person who is signed in. A program sends `Authorization: Token …` instead: make a token "
        "under *tokens* below. Changing your password ends it."
    ),
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "courses.api.document_errors",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    # The badge would send the schema's address to a stranger's server.
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},
}

# --- Logs --------------------------------------------------------------------------------------

SIMPLE_HISTORY_REVERT_DISABLED = True
SHARED_PROCESSORS: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": SHARED_PROCESSORS,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer()
                if LOG_FORMAT == "json"
                else structlog.dev.ConsoleRenderer(colors=False),
            ],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    # Django's own server log repeats what the request log says, in another form.
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": False},
        "django.request": {"level": "ERROR"},
    },
}
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        *SHARED_PROCESSORS[1:],
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
