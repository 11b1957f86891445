"""Tickets, the inspector's page and violations in every look; what a driver sees of a free hour."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from shapely.geometry import Point

from municipality import crs
from municipality.actor import Actor
from municipality.people.models import User
from parking_zones.inspection.checks import Asked, check
from parking_zones.models import PaidHours, ParkingTicket, Violation, Zone
from parking_zones.plates import read_plate
from parking_zones.violations.actions import New, issue
from tests.browser.looks import LOOKS, seen
from tests.builders import ALWAYS, a_person, an_offence


@pytest.fixture
def parking(small_city: dict[str, Any]) -> dict[str, Any]:
    """Paid hours at every hour, an offence, a driver with a telephone, and zone 7."""
    PaidHours.objects.all().delete()
    PaidHours.objects.create(
        valid=ALWAYS, opens=dt.time(0), closes=dt.time(23, 59), free_weekdays=[], source="test"
    )
    an_offence()
    driver = User.objects.filter(username="citizen").first() or a_person("citizen")
    driver.phone = "+96892345678"
    driver.save()
    inspector = User.objects.filter(username="inspector").first() or a_person("inspector")
    if not User.objects.filter(username="supervisor").exists():
        a_person("supervisor")
    zone = Zone.objects.get(number="7")
    return {"driver": driver, "inspector": inspector, "zone": zone}


def inside(zone: Zone) -> Point:
    """A place in the middle of a zone, METRIC."""
    from municipality.stored import shape_of

    return shape_of(zone.versions.get().boundary).representative_point()


def a_ticket(parking: dict[str, Any], key: str, start: int, minutes: int, state: str) -> None:
    now = timezone.now()
    ParkingTicket.objects.create(
        number=f"PT-2026-{key}", key=key, plate_key="OM-1111-B", zone=parking["zone"],
        zone_version=1, starts_at=now + dt.timedelta(minutes=start),
        ends_at=now + dt.timedelta(minutes=start + minutes), amount_baisa=200, lines=[],
        channel="app", state=state, phone=parking["driver"].phone,
        person_id=parking["driver"].pk, language="ar", asked_at=now,
        decided_at=None if state == "asked" else now,
    )  # fmt: skip


def a_violation(parking: dict[str, Any], place: Point, **how: bool) -> Violation:
    at = timezone.now()
    by = Actor(parking["inspector"].pk, "i", "inspector")
    asked = Asked(read_plate("2222 M").key, "2222 M", place, 3.0, at)
    made = check(asked=asked, inspector_id=by.person_id or 0, at=at)
    return issue(new=New(made.pk, "no_ticket", at, **how), by=by, at=at)


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_tickets_are_seen_in_every_look(look, parking, prefix, size, theme) -> None:
    name = f"{prefix.strip('/')}-{size}-{theme}"
    visit = look(size=size, theme=theme, who="citizen").go(f"{prefix}/tickets/")
    seen(visit, f"tickets-none-{name}")
    a_ticket(parking, "1", -50, 55, "paid")
    a_ticket(parking, "2", 5, 30, "paid")
    a_ticket(parking, "3", -300, 60, "paid")
    visit.go(f"{prefix}/tickets/")
    assert visit.page.locator("[data-ends].soon").count() == 1  # its last ten minutes
    seen(visit, f"tickets-{name}")
    visit.go(f"{prefix}/tickets/new/")
    seen(visit, f"ticket-which-zone-{name}")
    visit.go(f"{prefix}/tickets/new/?zone=٧&minutes=90")
    visit.page.locator("#stay-price b").wait_for()
    seen(visit, f"ticket-new-{name}")
    visit.go(f"{prefix}/tickets/new/?zone=99")
    seen(visit, f"ticket-no-zone-{name}")


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_the_inspectors_page_is_seen_in_every_look(look, parking, prefix, size, theme) -> None:
    name = f"{prefix.strip('/')}-{size}-{theme}"
    place = crs.lonlat(*inside(parking["zone"]).coords[0])
    at = (*place, 5.0)
    visit = look(size=size, theme=theme, who="inspector", at=at).go(f"{prefix}/inspect/")
    seen(visit, f"inspect-{name}")
    assert visit.page.locator("#check").is_disabled()
    visit.page.locator(".platekeys button").first.focus()
    visit.page.keyboard.type("2222m")
    visit.page.click("#check")
    visit.page.locator("#answer[data-answer=no]").wait_for()
    visit.settle()
    seen(visit, f"inspect-no-{name}")
    visit.page.click("#violation")
    seen(visit, f"inspect-violation-{name}")


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_violations_are_seen_in_every_look(look, parking, prefix, size, theme) -> None:
    name = f"{prefix.strip('/')}-{size}-{theme}"
    made = a_violation(parking, inside(parking["zone"]))
    visit = look(size=size, theme=theme, who="citizen").go(f"{prefix}/violations/")
    seen(visit, f"violations-{name}")
    visit.go(f"{prefix}/violations/{made.public_id}/")
    seen(visit, f"violation-{name}")
    visit.go(f"{prefix}/violations/{made.public_id}/dispute/")
    seen(visit, f"dispute-{name}")
    chief = look(size=size, theme=theme, who="supervisor").go(f"{prefix}/violations/decide/")
    seen(chief, f"decide-none-{name}")


def test_a_plate_that_looks_like_another_with_a_right_is_offered(look, parking) -> None:
    a_ticket(parking, "1", -10, 60, "paid")
    place = (*crs.lonlat(*inside(parking["zone"]).coords[0]), 5.0)
    visit = look(size="phone", who="inspector", at=place).go("/inspect/")
    visit.page.locator(".platekeys button").first.focus()
    visit.page.keyboard.type("7111b")
    visit.page.click("#check")
    near = visit.page.locator("[data-near='1111 B']")
    near.wait_for()
    near.click()
    visit.page.locator("#answer[data-answer=yes]").wait_for()
    visit.assert_clean()
