"""Production refuses to start without its secrets, on a demo database's limits, or on defaults."""

from django.core.exceptions import ImproperlyConfigured

from geo_portal.settings.base import *  # noqa: F403
from geo_portal.settings.base import GEO_DEMO, GEO_FAR_LOOPBACK, GEO_LIMITS, SECRET_KEY

if len(SECRET_KEY) < 50:  # the development key is shorter
    raise ImproperlyConfigured("Set GEO_SECRET_KEY to 50 random characters or more.")
if not GEO_LIMITS:
    raise ImproperlyConfigured("GEO_LIMITS=off is for demo and bench, never for production.")
if GEO_FAR_LOOPBACK:
    raise ImproperlyConfigured("GEO_FAR_LOOPBACK is for tests and demo, never for production.")
if GEO_DEMO:
    raise ImproperlyConfigured("A demo database has known passwords; production refuses it.")

GEO_REFUSE_DEMO = True  # looked at by geo_portal.home.checks, once the database can be asked
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 31_536_000
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
