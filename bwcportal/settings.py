"""Settings for every environment: one file, read from the environment, failing loudly.

`BWC_ENVIRONMENT` is `production`, `demo`, `test` or `development` (the default). Nothing here
starts a server: manage.py, the tests and the launcher do that before Django is set up.
"""

from __future__ import annotations

from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.management.utils import get_random_secret_key

from bwcportal import env, single_sign_on
from bwcportal.addresses import read_networks

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = env.text("BWC_ENVIRONMENT", "development")
if ENVIRONMENT not in {"production", "demo", "test", "development"}:
    raise env.UnusableSetting(
        f"BWC_ENVIRONMENT must be production, demo, test or development, not {ENVIRONMENT!r}"
    )
PRODUCTION = ENVIRONMENT == "production"
VAR_DIR = env.folder("BWC_VAR", BASE_DIR / "var")

DEBUG = env.boolean("DEBUG", default=False)
if PRODUCTION and DEBUG:
    raise env.UnusableSetting("DEBUG must be false in production. Unset DEBUG")

SECRET_KEY = env.text("SECRET_KEY")
if not SECRET_KEY:
    if PRODUCTION:
        raise env.UnusableSetting(
            "SECRET_KEY is not set. Make one of at least 50 random characters and keep it out of the code"
        )
    SECRET_KEY = get_random_secret_key()
if PRODUCTION and (len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10 or "insecure" in SECRET_KEY):
    raise env.UnusableSetting(
        "SECRET_KEY is too short or is a default. Use at least 50 random characters"
    )
SECRET_KEY_FALLBACKS = env.listing("SECRET_KEY_FALLBACKS")

if PRODUCTION:
    ALLOWED_HOSTS = env.listing("ALLOWED_HOSTS")
    if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
        raise env.UnusableSetting(
            "ALLOWED_HOSTS must list the host names the portal answers to, without *"
        )
else:
    ALLOWED_HOSTS = env.listing("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = env.listing("CSRF_TRUSTED_ORIGINS")

FORCE_NAME = env.text("BWC_FORCE_NAME", "Metropolitan demo force")

# One code that every demonstration account signs in with, made at each start of the demo and printed
# there. Anywhere else it would be a way round the second factor, so nothing starts with it.
DEMO_CODE = env.text("BWC_DEMO_CODE")
if DEMO_CODE and ENVIRONMENT != "demo":
    raise env.UnusableSetting("BWC_DEMO_CODE is for a demonstration only. Unset it")

INSTALLED_APPS = [
    "bwcportal.apps.BwcportalConfig",
    "audit",
    "accounts",
    "incidents",
    "reviews",
    "retention",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "guardian",
    # Second factors and single sign-on. None of the library's own pages is reachable.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "rest_framework",
    "django_htmx",
    "csp",
    "drf_spectacular",
]

COLLECTED_STATIC = ENVIRONMENT in {"production", "demo"}
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    # The test client asks for no static files, and the tests' own server has Django's.
    *(["whitenoise.middleware.WhiteNoiseMiddleware"] if ENVIRONMENT != "test" else []),
    "bwcportal.middleware.RequestContextMiddleware",
    # Before whatever may refuse: a refusal carries the same headers.
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "bwcportal.middleware.HardeningMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "bwcportal.middleware.AccountMiddleware",
    "bwcportal.middleware.SessionClockMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    # Gives the library the request; it finds none of its own addresses here.
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "bwcportal.acting.ActingMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "bwcportal.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "bwcportal.urls"
WSGI_APPLICATION = "bwcportal.wsgi.application"

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
                "bwcportal.context.portal",
            ],
            "builtins": ["bwcportal.templatetags.bwc"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# The database. manage.py and the tests set these when nothing is configured; see
# bwcportal/local_services. ATOMIC_REQUESTS stays off: a service owns its transaction.
_database = environ.Env().db_url_config(
    env.text("DATABASE_URL", "postgresql://bwc_app@/bwcportal?host=%2Fnonexistent")
)
# The web server's statements end after this long (wsgi.py); jobs and commands have no limit (0).
STATEMENT_TIMEOUT_MS = env.integer("BWC_STATEMENT_TIMEOUT_MS", default=0)
DATABASES = {
    "default": {
        **_database,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {
            **_database.get("OPTIONS", {}),
            "application_name": "bwcportal",
            # Compiling a short statement costs more than it saves; on solid-state disks an index is
            # nearly as cheap to follow as a table is to read. The planner must know both.
            "options": "-c lock_timeout=5s -c idle_in_transaction_session_timeout=60s -c timezone=UTC"
            f" -c jit=off -c random_page_cost=1.1 -c statement_timeout={STATEMENT_TIMEOUT_MS}",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Redis carries nudges only. Sessions live in PostgreSQL, so that losing Redis signs nobody out.
REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")
SESSION_ENGINE = "accounts.sessions"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.SignInBackend"]
ANONYMOUS_USER_NAME = None
GUARDIAN_RAISE_403 = False
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "reviews:my-work"
LOGOUT_REDIRECT_URL = "accounts:sign-in"
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if ENVIRONMENT == "test"
    else [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.ScryptPasswordHasher",
    ]
)
# As the NCSC advises: length, and lists of what is guessed first; no rules of composition, no expiry.
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.LengthValidator"},
    {"NAME": "accounts.passwords.GuessedFirstValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# The library of second factors. Accounts have no e-mail address; nobody signs up.
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ADAPTER = "accounts.factors.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# A passkey counts as two factors, because the person unlocked it; so it may stand alone.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_RECOVERY_CODE_COUNT = 10
MFA_RECOVERY_CODE_DIGITS = 10
# Off unless it is configured; docs/how-to/connect-single-sign-on.md. The provider is described to the
# library by this alone: it reads no rows, opens no accounts and shows no pages.
SINGLE_SIGN_ON = single_sign_on.read()
SOCIALACCOUNT_ADAPTER = "accounts.single_sign_on.provider.SingleSignOnAdapter"

# Twelve hours at most and fifteen minutes idle, both enforced on the server (accounts/sessions.py).
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_IDLE_SECONDS = env.integer("SESSION_IDLE_SECONDS", default=15 * 60, minimum=60)
# The demo and the tests speak plain HTTP on loopback, where Secure cookies would never be sent.
SECURE_COOKIES = PRODUCTION
SESSION_COOKIE_NAME = "__Host-session" if SECURE_COOKIES else "session"
SESSION_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE_COOKIES else "csrf"
CSRF_COOKIE_SECURE = SECURE_COOKIES
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "bwcportal.http.csrf_failure"

SECURE_SSL_REDIRECT = PRODUCTION and env.boolean("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 63_072_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_CONTENT_TYPE_NOSNIFF = True
# "no-referrer" would make browsers send "Origin: null" with every form, which the CSRF check refuses.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# The operator's own proxies, whose X-Forwarded-For is believed: addresses and networks.
try:
    TRUSTED_PROXIES = read_networks(env.listing("TRUSTED_PROXIES"))
except ValueError as error:
    raise env.UnusableSetting(
        f"TRUSTED_PROXIES must list addresses or networks, such as 10.0.0.0/8: {error}"
    ) from error
if env.boolean("TRUST_X_FORWARDED_PROTO", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "media-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [
    path for path in (VAR_DIR / "assets", BASE_DIR / "bwcportal" / "static") if path.exists()
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if COLLECTED_STATIC
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# In development files are found where they lie, without collecting them first.
WHITENOISE_USE_FINDERS = ENVIRONMENT == "development"
WHITENOISE_AUTOREFRESH = ENVIRONMENT == "development"

# Times are stored in UTC and shown in London.
USE_TZ = True
TIME_ZONE = "Europe/London"
LANGUAGE_CODE = "en-gb"
USE_I18N = False

# The evidence system: the folder adapter unless another is configured.
FOOTAGE_FOLDER = env.folder("FOOTAGE_FOLDER", VAR_DIR / "footage")
AUTO_DELETE_DAYS = env.integer("BWC_AUTO_DELETE_DAYS", default=31, minimum=1)
PLAYBACK_LINK_SECONDS = env.integer("BWC_PLAYBACK_LINK_SECONDS", default=600, minimum=30)
# Days between the second approval of a disposal and its irrevocable act. The demo does not wait.
QUARANTINE_DAYS = env.integer(
    "BWC_QUARANTINE_DAYS", default=0 if ENVIRONMENT in {"demo", "test"} else 10
)

# How long an emergency access lasts, and in how many days after it its review is due.
EMERGENCY_ACCESS_HOURS = env.integer("BWC_EMERGENCY_ACCESS_HOURS", default=4, minimum=1)
EMERGENCY_REVIEW_DAYS = env.integer("BWC_EMERGENCY_REVIEW_DAYS", default=3, minimum=1)

# The signer's key and memory, in a folder that the database cannot write to, and the name under
# which its checkpoints go out.
AUDIT_DIR = env.folder("BWC_AUDIT_DIR", VAR_DIR / "audit")
AUDIT_ORIGIN = env.text("BWC_AUDIT_ORIGIN", "bwcportal")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.TokenAuthentication",
        "accounts.api.authentication.PageSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "bwcportal.http.api_exception_handler",
    "UNAUTHENTICATED_USER": "accounts.models.NobodySignedIn",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "bwcportal",
    "VERSION": "1.0.0",
    "DESCRIPTION": "Case review of body-worn video for police professional standards.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    # Lists of codes whose key has the same name in several shapes.
    "ENUM_NAME_OVERRIDES": {
        "AnnotationKind": "reviews.enums.AnnotationKind",
        "AnnotationState": "reviews.enums.AnnotationState",
        "CaseState": "incidents.enums.CaseState",
        "ComplainantKind": "incidents.enums.ComplainantKind",
        "ContactBy": "incidents.enums.ContactBy",
        "DisposalState": "retention.enums.DisposalState",
        "FootageStatus": "incidents.enums.FootageStatus",
        "PreservationState": "incidents.enums.PreservationState",
        "SubmissionState": "reviews.enums.SubmissionState",
    },
}

LOGGING_CONFIG = None
# Guardian stores grants and answers no questions, so its backend is left out on purpose (docs/adr).
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
