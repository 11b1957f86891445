"""Tests: the owner's role (it makes the test database), fast hashing, plain static files."""

import os
from typing import Any, cast

os.environ.setdefault("GEO_DB_ROLE", "owner")

from geo_portal.settings.base import *  # noqa: F403
from geo_portal.settings.base import DATABASES
from geo_portal.settings.environment import text

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# The threads of a live server last as long as the browser holds its socket; their sessions do not.
DATABASES["default"]["CONN_MAX_AGE"] = 0
# What a test commits need not outlive the server: a commit waits for no disk.
_options = cast(dict[str, Any], DATABASES["default"]["OPTIONS"])
_options["options"] += " -c synchronous_commit=off"
DATABASES["default"]["TEST"] = {"NAME": text("GEO_TEST_DB", "test_geo")}
ALLOWED_HOSTS = ["*"]
WHITENOISE_AUTOREFRESH = True
GEO_LIMITS = False  # the tests of the limits switch them on
GEO_WATCH_STAMPS = False  # a listening connection would keep the test database from going
