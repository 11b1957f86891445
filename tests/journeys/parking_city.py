"""The city of the parking journeys: two zones, prices at every hour, a driver with a telephone."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection

from municipality.people.models import User
from parking_zones.models import GoodIn
from tests import builders as b
from tests.journeys import city as small_city
from tests.journeys.processes import City, running
from tests.journeys.steps import PASSWORD, sends, texts_of, told
from tests.journeys.walk import Walk

INSIDE = (-250.0, -250.0)  # metres from the middle: inside zone 7, far from its edges
STAFF = ("inspector", "supervisor", "zone_manager", "cashier")


@contextmanager
def parking_city(folder: Path) -> Iterator[City]:
    """Build it, run every process of it, and keep what was texted."""
    small_city.build()
    GoodIn.objects.create(valid=b.ALWAYS, source="test")
    hashed = Argon2PasswordHasher().encode(PASSWORD, "0123456789abcdef")
    User.objects.filter(username__in=["citizen", *STAFF]).delete()
    for name in STAFF:
        User.objects.create(username=name, roles=[name], password=hashed)
    with running(str(connection.settings_dict["NAME"]), folder) as made:
        yield made
    if out := os.environ.get("GEO_JOURNEY_OUT"):
        lines = [json.loads(line) for line in texts_of(made)]
        kept = [{key: line[key] for key in ("to", "text", "at")} for line in lines]
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in kept)
        Path(out, "messages.jsonl").write_text(text, encoding="utf-8")


def driver_signs_in(person: Walk, city: City) -> None:
    """With a phone and the code that comes by SMS, for the first time."""
    person.open("/sign-in/")
    person.page.click("a[href^='/sign-in/phone/']")
    sends(person, phone="٩٢٣٤ ٥٦٧٨")
    found = re.search(r"\b[0-9]{6}\b", told(city, "رمز"))
    assert found is not None
    sends(person, code=found[0])
    sends(person, full_name="سالم بن ناصر الحارثي")


def zone_page() -> str:
    """The address of the zone page with a position inside zone 7."""
    lon, lat = small_city.lonlat(*INSIDE)
    return f"/zone/?at={lon:.6f},{lat:.6f},6"
