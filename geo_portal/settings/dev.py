"""A newcomer's machine: plain http on loopback, everything else as in production."""

from geo_portal.settings.base import *  # noqa: F403

SECURE_SSL_REDIRECT = False
