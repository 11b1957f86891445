"""Tickets, the inspector's page and violations in every look; what a driver sees of a free hour."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from shapely.geometry import Point

from municipality import crs
from municipality.actor import Actor
from municipality.billing.bills.models import Bill
from municipality.billing.payments.charging import take_cash
from municipality.people.models import User
from parking_zones.inspection.checks import Asked, check
from parking_zones.models import (
    PaidHours,
    ParkingPermit,
    ParkingTicket,
    PermitVehicle,
    Violation,
    Zone,
)
from parking_zones.plates import read_plate
from parking_zones.violations.actions import New, cancel, issue
from tests.billing.builders import a_cashier, a_shift, asked
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


def a_violation(
    parking: dict[str, Any], place: Point, *, plate: str = "2222 M", **how: bool
) -> Violation:
    at = timezone.now()
    by = Actor(parking["inspector"].pk, "i", "inspector")
    about = Asked(read_plate(plate).key, plate, place, 3.0, at)
    made = check(asked=about, inspector_id=by.person_id or 0, at=at)
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
    visit.page.fill("#reason", "كانت لدي تذكرة سارية.")
    with visit.page.expect_navigation():
        visit.page.click("main form button[type=submit]")
    visit.settle()
    attach, hand_in = (
        visit.page.locator(f"main form[action$='/{act}'] button[type=submit]").first.bounding_box()
        for act in ("attach", "move")
    )
    assert attach is not None and hand_in is not None and attach["y"] < hand_in["y"]
    visit.page.locator("#papers-when").scroll_into_view_if_needed()
    assert visit.page.locator("#papers-when").is_visible()
    seen(visit, f"dispute-draft-{name}")
    chief = look(size=size, theme=theme, who="supervisor").go(f"{prefix}/violations/decide/")
    seen(chief, f"decide-none-{name}")


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_what_is_paid_together_is_seen_in_every_look(look, parking, prefix, size, theme) -> None:
    name = f"{prefix.strip('/')}-{size}-{theme}"
    place, holder = inside(parking["zone"]), parking["driver"]
    made = [a_violation(parking, place, plate=plate) for plate in ("2222 M", "3333 B", "4444 A")]
    permits_of(holder, made)
    visit = look(size=size, theme=theme, who="citizen").go(f"{prefix}/violations/")
    assert visit.page.locator("input[name=violation]:checked").count() == 0
    assert visit.page.inner_text("#chosen-sum") == ""
    seen(visit, f"violations-mine-{name}")
    for one in made[:2]:
        visit.page.check(f"input[value='{one.public_id}']")
    assert "20.000" in visit.page.inner_text("#chosen-sum")
    seen(visit, f"violations-chosen-{name}")
    with visit.page.expect_navigation():
        visit.page.click("main form button.btn >> nth=1")
    visit.settle()
    assert "20.000" in visit.page.inner_text("main")
    seen(visit, f"violations-together-{name}")
    joint = Bill.objects.get(subject__startswith="joint/")
    a_shift()
    take_cash(asked=asked(joint), tendered_baisa=50_000, by=a_cashier(), at=timezone.now())
    by = Actor(99, "المشرف", "supervisor")
    cancel(violation_id=made[1].pk, why="تذكرة سارية", by=by, at=timezone.now())
    visit.go(f"{prefix}/pay/{joint.public_id}/")
    seen(visit, f"violations-one-goes-back-{name}")
    own = Bill.objects.get(subject=made[0].stream)
    visit.go(f"{prefix}/pay/{own.public_id}/")
    seen(visit, f"violation-paid-with-others-{name}")
    if not User.objects.filter(username="cashier").exists():
        a_person("cashier")
    clerk = look(size=size, theme=theme, who="cashier")
    clerk.go(f"{prefix}/cashier/bills/{own.public_id}/")
    seen(clerk, f"cashier-part-{name}")
    clerk.go(f"{prefix}/cashier/bills/{joint.public_id}/")
    seen(clerk, f"cashier-joint-{name}")


def permits_of(holder: User, made: list[Violation]) -> None:
    """A permit for the vehicle of each of these violations, made out when it was fined."""
    day, month = timezone.now().date(), dt.timedelta(days=31)
    for number, one in enumerate(made):
        permit = ParkingPermit.objects.create(
            number=f"PP-{number}", kind="all_zones", holder_name="سالم", months=2,
            starts_on=day - month, ends_on=day + month, issued_at=timezone.now(),
            person_id=holder.pk,
        )  # fmt: skip
        span = (one.issued_at - month, one.issued_at + month)
        PermitVehicle.objects.create(permit=permit, plate_key=one.plate_key, valid=span)


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
