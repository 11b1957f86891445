"""The WSGI entry: pages, API and tiles (docs/decisions/0006: why not ASGI)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geo_portal.settings.dev")

application = get_wsgi_application()

from geo_portal.home.checks import refuse_demo_in_production  # noqa: E402  (needs the settings)

refuse_demo_in_production()
