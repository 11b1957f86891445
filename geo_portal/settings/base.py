"""What every environment shares."""

from pathlib import Path

from geo_portal import wiring
from geo_portal.settings import environment
from geo_portal.settings.environment import (
    database,
    database_url,
    flag,
    origins,
    text,
    wheel_library,
)
from geo_portal.settings.policy import directives

BASE_DIR = environment.BASE_DIR

# Who answers whom, for the engines, which cannot look up.
BILL_PURPOSES: dict[str, str] = wiring.BILL_PURPOSES
CASE_KINDS: dict[str, str] = wiring.CASE_KINDS
FILE_HOLDERS: list[str] = wiring.FILE_HOLDERS
IMPORTERS: dict[str, str] = wiring.IMPORTERS
MAP_LAYERS: list[str] = wiring.MAP_LAYERS
HEAT_DENOMINATORS: list[str] = wiring.HEAT_DENOMINATORS
NOTICE_TEMPLATES: list[str] = wiring.NOTICE_TEMPLATES
OPEN_CASES_AT: list[str] = wiring.OPEN_CASES_AT
PAPER_DETAILS: dict[str, str] = wiring.PAPER_DETAILS
PERIODIC: dict[str, int] = wiring.PERIODIC
RETENTION: dict[str, str] = wiring.RETENTION
SMS_COMMANDS: dict[str, str] = wiring.SMS_COMMANDS

GDAL_LIBRARY_PATH = wheel_library("pyogrio", "libgdal*", "GDAL_LIBRARY_PATH")
GEOS_LIBRARY_PATH = wheel_library("shapely", "libgeos_c*", "GEOS_LIBRARY_PATH")

SECRET_KEY = text("GEO_SECRET_KEY", "for-development-and-tests-only")
DEBUG = False
ALLOWED_HOSTS = text("GEO_HOSTS", "localhost,127.0.0.1,[::1]").split(",")

# Only pages and the worker need these; a command that loads files starts sooner without them.
_SERVING = (
    "geo_portal.home.admin_config.CityAdminConfig",
    "csp",
    "ninja",
    "django_tasks",
    "django_tasks_db",
    "municipality.jobs",
    "geo_portal.home",
)
INSTALLED_APPS = [
    *(_SERVING if flag("GEO_SERVING", default=True) else ()),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.gis",
    "municipality.places",
    "municipality.history",
    "municipality.people",
    "municipality.calendar",
    "municipality.documents",
    "municipality.notices",
    "municipality.cases",
    "municipality.billing",
    "municipality.importing",
    "maps",
    "plots",
    "parking_zones",
    "observations",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "geo_portal.home.headers.ContentSecurityPolicyMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "geo_portal.home.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "municipality.people.session_store.PersonMiddleware",
    "municipality.people.presence.PresenceMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "geo_portal.home.problems.ProblemMiddleware",
]

ROOT_URLCONF = "geo_portal.urls"
WSGI_APPLICATION = "geo_portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "geo_portal" / "templates", *sorted(BASE_DIR.glob("*/*/templates"))],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["geo_portal.home.templatetags.words"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "geo_portal.home.context.city",
            ],
        },
    }
]

DATABASES = {"default": database(database_url())}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "home:sign_in"
CSRF_FAILURE_VIEW = "geo_portal.home.problems.csrf_failure"
SESSION_ENGINE = "municipality.people.session_store"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600  # of one not signed in; of people: municipality.people.presence
GEO_OTP_DAILY = int(text("GEO_OTP_DAILY", "300"))  # codes a day to numbers not seen before
GEO_HEADS_DIR = Path(text("GEO_HEADS_DIR") or BASE_DIR / ".local" / "heads")

LANGUAGE_CODE = "ar"
LANGUAGES = [("ar", "العربية"), ("en", "English")]
FORMAT_MODULE_PATH = ["geo_portal.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Muscat"  # for display; the database keeps UTC

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / ".local" / "static"
STATICFILES_DIRS = [("front", BASE_DIR / "frontend" / "dist")]
if not (BASE_DIR / "frontend" / "dist").is_dir():
    STATICFILES_DIRS = []
GEO_SANDBOX_USER = text("GEO_SANDBOX_USER", "nobody")  # reads files where the portal runs as root
MEDIA_ROOT = BASE_DIR / ".local" / "media"
# Files in a bucket of any S3-compatible store instead of MEDIA_ROOT: https://key:secret@host/bucket
GEO_BUCKET_URL = text("GEO_BUCKET_URL")
GEO_CLAMD_URL = text("GEO_CLAMD_URL")  # tcp://host:3310; empty: files are not scanned
# The stamp: its keys and certificates, or a token's key (RFC 7512), and a time-stamp authority.
GEO_SIGNING_DIR = Path(text("GEO_SIGNING_DIR") or BASE_DIR / ".local" / "signing")
GEO_SIGNING_KEY = text("GEO_SIGNING_KEY", "file")  # or pkcs11:token=...;object=...?module-path=...
GEO_SIGNING_PIN = text("GEO_SIGNING_PIN")
GEO_TSA_URL = text("GEO_TSA_URL")  # of RFC 3161 over HTTP; empty: the local test authority
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

# The basemap.  Pages may ask the hosts of these addresses, and no other, for anything.
GEO_MAP_STYLE_LIGHT = text("MAP_STYLE_URL_LIGHT")
GEO_MAP_STYLE_DARK = text("MAP_STYLE_URL_DARK")
GEO_MAP_PMTILES = text("MAP_PMTILES")
_MAP_HOSTS = origins(GEO_MAP_STYLE_LIGHT, GEO_MAP_STYLE_DARK, *text("MAP_STYLE_HOSTS").split(","))

PERMISSIONS_POLICY = {"geolocation": "self", "camera": "self", "microphone": []}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

NINJA_PAGINATION_MAX_LIMIT = 1_000
# What links in messages and on papers begin with; never taken from a request
GEO_PUBLIC_URL = text("GEO_PUBLIC_URL", f"http://localhost:{text('PORT', '8000')}").rstrip("/")
GEO_WATCH_STAMPS = True  # listen for changes of small tables (municipality.places.watch)
GEO_LIMITS = text("GEO_LIMITS", "on") != "off"
GEO_REACH = text("GEO_REACH", "none")  # how far an untold session sees
GEO_DEMO = flag("GEO_DEMO")
# Other cities' servers on this machine (municipality.far_web): tests and demo, never production
GEO_FAR_LOOPBACK = flag("GEO_FAR_LOOPBACK")
GEO_REFUSE_DEMO = False  # production refuses a database that holds the demo city

# Messages: the operator's SMSC, the short code, the demo's simulator, and the mail server.
GEO_SMPP_URL = text("GEO_SMPP_URL")
GEO_SMS_FROM = text("GEO_SMS_FROM", "90091")
GEO_SMSC_CONTROL_URL = text("GEO_SMSC_CONTROL_URL")
GEO_SMTP_URL = text("GEO_SMTP_URL")
GEO_MAIL_FROM = text("GEO_MAIL_FROM")

# Money: the gateway's adapter and address, the keys its messages are signed with, the terminals.
GEO_GATEWAY = "municipality.billing.payments.hosted.configured"
GEO_GATEWAY_URL = text("GEO_GATEWAY_URL")
GEO_GATEWAY_KEY = text("GEO_GATEWAY_KEY")
GEO_GATEWAY_PAGES = text("GEO_GATEWAY_PAGES")  # hosts of its pages, where they are not its own
_PAY_HOSTS = origins(GEO_GATEWAY_URL, *GEO_GATEWAY_PAGES.split(","))
CONTENT_SECURITY_POLICY = {"DIRECTIVES": directives(map_hosts=_MAP_HOSTS, pay_hosts=_PAY_HOSTS)}
GEO_WEBHOOK_KEYS = text("GEO_WEBHOOK_KEYS").split()
# The ministry's register of title deeds (plots.register.ministry); empty: every answer is unknown.
GEO_TITLE_REGISTER_URL = text("GEO_TITLE_REGISTER_URL")
GEO_TITLE_REGISTER_KEY = text("GEO_TITLE_REGISTER_KEY")
# Vehicles and civil numbers (parking_permits.vehicle_register); empty: every answer is unknown.
GEO_VEHICLE_REGISTER_URL = text("GEO_VEHICLE_REGISTER_URL")
GEO_VEHICLE_REGISTER_KEY = text("GEO_VEHICLE_REGISTER_KEY")
# The operator that takes the price of a ticket by message (parking_zones.tickets.operator).
GEO_OPERATOR_URL = text("GEO_OPERATOR_URL")  # up to .../payment; empty: none is sold by message
GEO_OPERATOR_KEY = text("GEO_OPERATOR_KEY")
GEO_WEBHOOK_FROM = text("GEO_WEBHOOK_FROM").split()  # networks of the gateway; empty = any
GEO_TERMINAL_HOST = text("GEO_TERMINAL_HOST", "127.0.0.1")
GEO_TERMINAL_PORT = int(text("GEO_TERMINAL_PORT", "4580"))
GEO_TERMINAL_SETTLEMENTS = text("GEO_TERMINAL_SETTLEMENTS")  # folder of the acquirer's files

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname} {name} {message}", "style": "{"}},
    "filters": {"refusals": {"()": "geo_portal.home.log_lines.RefusalsInOneLine"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["refusals"],
        }
    },
    "loggers": {"weasyprint.progress": {"level": "WARNING"}, "fontTools": {"level": "WARNING"}},
    "root": {"handlers": ["console"], "level": text("GEO_LOG_LEVEL", "INFO")},
}
