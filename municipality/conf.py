"""The city this process serves: the profile named by ``GEO_CITY``, loaded once."""

import os

from municipality.profiles import Profile, load

PROFILE: Profile = load(os.environ.get("GEO_CITY") or "muscat")
