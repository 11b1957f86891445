"""The city this process serves: the profile named by ``GEO_CITY``, loaded once."""

import os

from municipality.profiles import Profile, load
from municipality.words import Text

PROFILE: Profile = load(os.environ.get("GEO_CITY") or "muscat")
_SYMBOLS = {"OMR": Text("ر.ع.", "OMR")}
CURRENCY = _SYMBOLS.get(PROFILE.currency, Text(PROFILE.currency, PROFILE.currency))
# At the end of a sentence, where its full stop follows: one stop serves both.
CURRENCY_LAST = Text(CURRENCY.ar.removesuffix("."), CURRENCY.en.removesuffix("."))
