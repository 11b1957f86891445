"""Settings of the city of a journey: as served, but static files come from where they are built."""

from geo_portal.settings.dev import *  # noqa: F403

WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
