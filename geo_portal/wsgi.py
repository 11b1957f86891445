"""The WSGI entry: pages, API and tiles (docs/decisions/0006: why not ASGI)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geo_portal.settings.dev")

application = get_wsgi_application()
