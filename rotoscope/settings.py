"""Django's settings, read strictly from the environment. Every variable is described in docs/settings.md."""

from pathlib import Path
from typing import Any

from rotoscope import admin_theme, broker, env, secret, security, storage
from rotoscope.common import machine
from rotoscope.database import address, embedded

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Where we are -----------------------------------------------------------------------------------------------
PRODUCTION = env.choice("ROTOSCOPE_ENV", "development", ("development", "production")) == "production"
DEBUG = env.flag("ROTOSCOPE_DEBUG", False)
ROTOSCOPE_HOME = env.writable("ROTOSCOPE_HOME", BASE_DIR / "var")
ROTOSCOPE_WORKERS = env.whole("ROTOSCOPE_WORKERS", min(machine.cores(), 8), least=1, most=64)
ROTOSCOPE_ENGINE_THREADS = env.whole(
    "ROTOSCOPE_ENGINE_THREADS", max(1, machine.cores() // ROTOSCOPE_WORKERS), least=1, most=256
)
ROTOSCOPE_FULL_PRECISION = env.flag("ROTOSCOPE_FULL_PRECISION", False)

# --- Secrets and hosts ------------------------------------------------------------------------------------------
SECRET_KEY = env.text("SECRET_KEY")
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS")
DATABASE_URL = env.address("DATABASE_URL", "", address.SCHEMES)
if PRODUCTION:
    if DEBUG:
        raise env.SettingError("ROTOSCOPE_DEBUG must not be on in production.")
    security.refuse_unsafe(
        secret_key=SECRET_KEY, hosts=ALLOWED_HOSTS, origins=CSRF_TRUSTED_ORIGINS, database_url=DATABASE_URL
    )
else:
    ALLOWED_HOSTS += [
        "127.0.0.1",
        "localhost",
        "[::1]",
    ]  # the address that `manage.py up` shows can be opened
SECRET_KEY = SECRET_KEY or secret.kept_in(ROTOSCOPE_HOME)

# --- Database and queue -----------------------------------------------------------------------------------------
EMBEDDED_DATABASE = not DATABASE_URL
DATABASE_URL = DATABASE_URL or embedded.Server(ROTOSCOPE_HOME).url()
DATABASES = {"default": address.settings_for(DATABASE_URL)}
DRAMATIQ_BROKER_URL = env.text("DRAMATIQ_BROKER_URL", DATABASE_URL)
DRAMATIQ_BROKER = broker.settings_for(DRAMATIQ_BROKER_URL, production=PRODUCTION)
DRAMATIQ_AUTODISCOVER_MODULES = ("actors",)

# --- Files ------------------------------------------------------------------------------------------------------
MEDIA_ROOT = ROTOSCOPE_HOME / "media"
SCRATCH = ROTOSCOPE_HOME / "scratch"
SCRATCH.mkdir(parents=True, exist_ok=True)  # Django refuses to start without its folder for uploads
ROTOSCOPE_STORAGE, _media = storage.read()
MEDIA_DELIVERY = env.choice("ROTOSCOPE_MEDIA_DELIVERY", "direct", storage.DELIVERIES)
storage.check_delivery(ROTOSCOPE_STORAGE, MEDIA_DELIVERY)
_static = (
    "rotoscope.modules.HashedModules" if PRODUCTION else "whitenoise.storage.CompressedStaticFilesStorage"
)
STORAGES: dict[str, Any] = {"default": _media, "staticfiles": {"BACKEND": _static}}
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.folder("ROTOSCOPE_STATIC_ROOT", BASE_DIR / "staticfiles")
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = not PRODUCTION
FILE_UPLOAD_TEMP_DIR = SCRATCH
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * storage.MEGABYTE
ROTOSCOPE_KEEP_REMOVED_HOURS = env.whole("ROTOSCOPE_KEEP_REMOVED_HOURS", 24, least=0, most=24 * 365)

# --- DeepFilter -------------------------------------------------------------------------------------------------
ALGORITHMIA_API_KEY = env.text("ALGORITHMIA_API_KEY")
ALGORITHMIA_API_ADDRESS = env.address(
    "ALGORITHMIA_API_ADDRESS", "https://api.algorithmia.com", ("http", "https")
)
ALGORITHMIA_FILTERS = env.words("ALGORITHMIA_FILTERS")
ALGORITHMIA_BATCH = env.whole("ALGORITHMIA_BATCH", 4, least=1, most=64)
ALGORITHMIA_CALLS_AT_ONCE = env.whole("ALGORITHMIA_CALLS_AT_ONCE", 4, least=1, most=64)
ALGORITHMIA_COST_PER_IMAGE = env.decimal("ALGORITHMIA_COST_PER_IMAGE", 0.0, least=0, most=1000)
ALGORITHMIA_COST_PER_RENDER = env.decimal("ALGORITHMIA_COST_PER_RENDER", 0.0, least=0, most=1_000_000)
DEEPFILTER_FETCH = env.flag("DEEPFILTER_FETCH", False)
DEEPFILTER_QUOTA_BYTES = env.whole("DEEPFILTER_QUOTA_MB", 2048, least=1, most=10**7) * storage.MEGABYTE
DEEPFILTER_KEEP_HOURS = env.whole("DEEPFILTER_KEEP_HOURS", 24, least=1, most=24 * 365)

# --- Applications -----------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_dramatiq",
    "csp",
    "ninja",
    "rotoscope",
    "rotoscope.accounts",
    "filters",
    "videos",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "rotoscope.security.ContentPolicy",
    "rotoscope.api.sentences.errors_in_json",
    "rotoscope.api.conditional.ConditionalMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "rotoscope.middleware.nul.NulMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "rotoscope.api.keys.ApiKeyMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "rotoscope.accounts.signed_out.signed_out",
    "rotoscope.middleware.bodies.BodiesMiddleware",
    "videos.share_privacy.share_privacy",
    "rotoscope.middleware.gone.GoneMiddleware",
    "rotoscope.common.silence.SilenceMiddleware",
    "rotoscope.middleware.methods.said_on_a_page",
]
UNFOLD = admin_theme.UNFOLD
ROOT_URLCONF = "rotoscope.urls"
WSGI_APPLICATION = "rotoscope.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "rotoscope.accounts.context.accounts",
            ]
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- People -----------------------------------------------------------------------------------------------------
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
SIGNUP_OPEN = env.choice("ROTOSCOPE_SIGNUP", "closed" if PRODUCTION else "open", ("open", "closed")) == "open"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"

# --- Protection -------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = security.content_policy(
    storage.presigned_origin(_media["OPTIONS"]) if MEDIA_DELIVERY == "presigned" else None
)
globals().update(security.transport(PRODUCTION))
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # who may frame us is said by the content policy's frame-ancestors
    "security.W005",  # what other hosts below our name do is their business
    "security.W021",  # and so we do not ask to be on the browsers' list
]

# --- What is written down ---------------------------------------------------------------------------------------
LOG_LEVEL = env.choice("ROTOSCOPE_LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname).1s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        **{name: {"level": LOG_LEVEL} for name in ("rotoscope", "videos", "filters", "django.security")},
        "pika": {
            "level": "CRITICAL"
        },  # it tells of a RabbitMQ that is away in pages, and raises an error besides
    },
}
