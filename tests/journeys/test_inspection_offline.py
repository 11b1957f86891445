"""An inspector checks plates with one hand, loses the connection, goes on, and nothing is lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.utils import timezone

from municipality.history.queries import broken
from parking_zones.models import ParkingCheck, ParkingTicket, Violation
from tests.browser.driver import PHONE
from tests.builders import an_offence
from tests.journeys import city as small_city
from tests.journeys.parking_city import INSIDE, parking_city
from tests.journeys.processes import City
from tests.journeys.steps import staff_sign_in
from tests.journeys.walk import Walk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@contextmanager
def inspector(walk, city: City) -> Iterator[Walk]:
    """An inspector in the street, signed in, with a telephone that knows where it is."""
    lon, lat = small_city.lonlat(*INSIDE)
    with walk(
        city.base, size=PHONE, permissions=["geolocation"], has_touch=True,
        geolocation={"longitude": lon, "latitude": lat, "accuracy": 6},
    ) as person:  # fmt: skip
        staff_sign_in(person, "inspector")
        person.open("/inspect/")
        person.map_is_drawn()
        yield person


def stands(person: Walk, x: float, y: float, accuracy: float = 6) -> None:
    lon, lat = small_city.lonlat(x, y)
    person.page.context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": accuracy})


def types(person: Walk, plate: str) -> None:
    """Type a plate on the page's own keys."""
    if person.page.locator("#next").count():
        person.page.tap("#next")
    for sign in plate:
        person.page.tap(f".key[data-sign='{sign}']")


def asks(person: Walk, plate: str, expected: str) -> str:
    types(person, plate)
    person.page.tap("#check")
    person.until(lambda: person.page.locator(f"#answer[data-answer={expected}]").count() == 1)
    return person.text("#check-answer")


def issues(person: Walk, photo: Path) -> None:
    person.page.tap("#violation")
    person.page.set_input_files("#photos", str(photo))
    person.page.tap("#issue")


def a_photo(folder: Path) -> Path:
    from PIL import Image

    path = folder / "car.jpg"
    Image.effect_noise((800, 600), 60).convert("RGB").save(path, "JPEG")
    return path


def test_checks_and_violations_survive_a_dead_connection(walk, tmp_path: Path) -> None:
    an_offence()
    with parking_city(tmp_path) as city, inspector(walk, city) as person:
        person.shot("keys")
        assert "لا تذكرة" in asks(person, "1111B", "no")
        person.map_is_drawn()
        person.shot("may-not-stand")
        issues(person, a_photo(tmp_path))
        person.until(lambda: Violation.objects.filter(state="issued").count() == 1)
        person.until(lambda: "PV-" in person.text("#kept"))
        person.shot("issued")

        # near the edge: no violation of one's own, a second reading or the supervisor
        stands(person, -394, -250, 9)
        assert "قريب من حد" in asks(person, "2222M", "unknown")
        person.shot("near-edge")
        issues(person, a_photo(tmp_path))
        person.until(lambda: Violation.objects.filter(state="proposed").count() == 1)
        # the answer is on its way still: what the phone has not heard it would send again, later
        person.until(lambda: person.page.locator("#kept li[data-done]").count() == 2)

        # the connection dies: two checks and a violation are kept, one plate had bought a ticket before
        stands(person, *INSIDE)
        person.page.context.set_offline(True)
        asks(person, "3333D", "kept")
        issues(person, a_photo(tmp_path))
        person.until(lambda: person.page.locator("#kept li:not([data-done])").count() == 1)
        asks(person, "4444R", "kept")
        issues(person, a_photo(tmp_path))
        person.until(lambda: person.page.locator("#kept li:not([data-done])").count() == 2)
        asks(person, "5555S", "kept")
        person.until(lambda: person.text("#waiting") == "3")
        person.shot("offline")
        assert ParkingCheck.objects.count() == 2

        # the page is closed and opened again without a connection: it is there, and so is the queue
        person.page.reload()
        person.until(lambda: person.text("#waiting") == "3")
        person.shot("offline-again")
        now = timezone.now()
        ParkingTicket.objects.create(
            number="PT-1", key="t", plate_key="OM-4444-R", starts_at=now - timezone.timedelta(hours=1),
            ends_at=now + timezone.timedelta(hours=1), amount_baisa=100, lines=[], channel="sms",
            state="paid", decided_at=now, phone="+96890000001", language="ar",
            asked_at=now - timezone.timedelta(hours=1),
        )  # fmt: skip

        # and back: everything is answered for its own minute, once
        person.page.context.set_offline(False)
        person.page.reload()
        waiting = person.page.locator("#waiting[data-count='0']")
        person.until(lambda: waiting.count() == 1 and ParkingCheck.objects.count() == 5, seconds=40)
        person.shot("back")
        assert ParkingCheck.objects.count() == 5
        made = {one.plate_key: one.state for one in Violation.objects.all()}
        assert made["OM-3333-D"] == "issued" and "OM-4444-R" not in made
        assert "فلا مخالفة" in person.text("#kept")  # its ticket was bought before
        person.page.reload()
        person.until(lambda: person.page.locator("#kept li").count() >= 4)
        assert ParkingCheck.objects.count() == 5 and Violation.objects.count() == 3
        person.faults.clear()
    assert not broken()
