"""The WSGI entry: pages, API and tiles (docs/decisions/0006: why not ASGI)."""

import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geo_portal.settings.dev")

# A thread that takes in a large file gives way sooner: each answer of another thread comes back
# from the database several times, and waits this long each time (bench part package).
sys.setswitchinterval(0.0005)

application = get_wsgi_application()

from geo_portal.home.checks import refuse_demo_in_production  # noqa: E402  (needs the settings)

refuse_demo_in_production()
