"""A citizen finds a violation, sees why, pays it, disputes it all the same, and is believed."""

import datetime as dt
from pathlib import Path

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.utils import timezone
from shapely.geometry import Point

from municipality.actor import Actor
from municipality.billing.models import Bill, Receipt, Refund
from municipality.billing.payments.queries import sums
from municipality.documents.intake import accept
from municipality.history.queries import broken
from municipality.people.models import User
from parking_zones.inspection.checks import Asked, check
from parking_zones.models import ParkingPermit, PermitVehicle, Violation, Zone
from parking_zones.plates import read_plate
from parking_zones.violations.actions import New, issue
from tests.browser.driver import PHONE
from tests.builders import EAST, NORTH, an_offence
from tests.journeys.parking_city import INSIDE, driver_signs_in, parking_city
from tests.journeys.processes import City
from tests.journeys.steps import PASSWORD, sends, staff_sign_in, told
from tests.journeys.test_app_ticket import pays
from tests.journeys.test_inspection_offline import a_photo
from tests.journeys.walk import Walk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def a_violation(plate: str, x: float, y: float, folder: Path, **how: bool) -> Violation:
    """What an inspector has issued just now, with a photo."""
    by = Actor(User.objects.get(username="inspector").pk, "inspector", "inspector")
    at = timezone.now()
    asked = Asked(read_plate(plate).key, plate, Point(EAST + x, NORTH + y), 6.0, at)
    made = check(asked=asked, inspector_id=by.person_id or 0, at=at)
    found = issue(new=New(made.pk, "no_ticket", at, **how), by=by, at=at)
    from django.core.files import File

    with a_photo(folder).open("rb") as source:
        accept(File(source, "car.jpg"), by=by, at=at, kinds=("jpeg",), about=found.stream)
    return found


def finds(person: Walk, number: str, plate: str, prefix: str = "") -> None:
    person.open(f"{prefix}/violations/")
    sends(person, number=number, plate=plate)


def disputes(person: Walk, city: City) -> str:
    """Dispute the open violation: reason, a paper, submit; returns the case's number."""
    person.page.click("main a:has-text('اعترض على المخالفة')")
    person.page.wait_for_load_state("load")
    sends_text(person, "#reason", "كانت لدي تذكرة سارية، وهذه رسالة المشغل.")
    person.shot("why")
    person.page.click("main form button[type=submit]")
    person.page.wait_for_load_state("load")
    person.shot("draft")
    number = person.text("h1")
    person.page.click("button:has-text('تقديم الاعتراض')")
    person.page.wait_for_load_state("load")
    told(city, "وصلنا اعتراضك", number)
    return number


def sends_text(person: Walk, field: str, text: str) -> None:
    person.page.fill(field, text)


def supervisor_grants(person: Walk, number: str) -> None:
    person.open("/work/")
    person.page.click(f"text={number}")
    person.page.wait_for_load_state("load")
    assert "كانت لدي تذكرة" in person.text("main")
    person.shot("supervisor-sees")
    person.page.click("details:has(#text-grant) > summary")
    person.page.fill("#text-grant", "وُجدت التذكرة في سجل المشغل")
    with person.page.expect_navigation():
        person.page.click("form:has(#text-grant) button")


def test_from_the_notice_to_the_money_back(walk, tmp_path: Path) -> None:
    an_offence()
    with parking_city(tmp_path) as city:
        first = a_violation("1111 B", *INSIDE, tmp_path)
        unclear = a_violation("2222 M", -397, -250, tmp_path, asks_supervisor=True)
        with walk(city.base, size=PHONE) as citizen:
            # one wrong sign, and nothing is told
            finds(citizen, first.number, "1112 ب")
            assert "لا مخالفة بهذا الرقم" in citizen.text("main")
            citizen.shot("not-found")
            finds(citizen, unclear.number, "2222 م")
            assert "لا مخالفة بهذا الرقم" in citizen.text("main")  # nobody has decided yet

            finds(citizen, first.number, "1111 B", "/en")
            assert "No ticket" in citizen.text("main") and "zone" in citizen.text("main").lower()
            citizen.map_is_drawn()
            citizen.shot("violation-en")
            finds(citizen, first.number.replace("PV", "pv"), "١١١١ ب")
            assert "10.000" in citizen.text("main")
            assert "ولم تكن لهذه اللوحة هنا تذكرة" in citizen.text("main")
            assert citizen.page.locator(".photos img").count() == 1
            citizen.map_is_drawn()
            citizen.shot("violation")

            # paid, and the right to dispute is kept
            citizen.page.click("main a:has-text('ادفع')")
            citizen.page.wait_for_load_state("load")
            pays(citizen, city)
            assert Receipt.objects.count() == 1
            driver_signs_in(citizen, city)
            finds(citizen, first.number, "1111 ب")
            assert "مدفوعة" in citizen.text("main")
            number = disputes(citizen, city)

            hashed = Argon2PasswordHasher().encode(PASSWORD, "0123456789abcdef")
            User.objects.create(username="second", roles=["supervisor"], password=hashed)
            with walk(city.base) as chief:
                staff_sign_in(chief, "supervisor")
                chief.open("/violations/decide/")
                chief.map_is_drawn()
                chief.shot("to-decide")
                sends_text(chief, "main input[name=why]", "اللوحة والعلامة ظاهرتان")
                chief.page.click("main button[value=confirm]")
                chief.page.wait_for_load_state("load")
                assert "سُجّل القرار" in chief.text("main")
                supervisor_grants(chief, number)
            told(city, "قُبل الاعتراض", number)
            first.refresh_from_db()
            unclear.refresh_from_db()
            assert (first.state, unclear.state) == ("cancelled", "issued")
            assert Refund.objects.get().charge.bill.subject == first.stream
            finds(citizen, first.number, "1111 ب")
            assert "ملغاة" in citizen.text("main")
            citizen.shot("cancelled")
            finds(citizen, unclear.number, "2222 م")
            assert "10.000" in citizen.text("main")
    assert Bill.objects.filter(purpose="parking_violation").count() == 2 and not broken()


def permits_for(person: User, *plates: str) -> None:
    """A permit in the other zone for each vehicle, whose papers were checked a month ago."""
    now, other = timezone.now(), Zone.objects.exclude(number="7").first()
    day, month = now.date(), dt.timedelta(days=31)
    for number, plate in enumerate(plates):
        permit = ParkingPermit.objects.create(
            number=f"PP-{number}", kind="one_zone", zone=other, holder_name=person.full_name,
            months=2, starts_on=day - month, ends_on=day + month, issued_at=now,
            person_id=person.pk,
        )  # fmt: skip
        span = (now - month, now + month)
        PermitVehicle.objects.create(permit=permit, plate_key=read_plate(plate).key, valid=span)


def test_two_are_ticked_and_paid_once_and_one_fine_goes_back(walk, tmp_path: Path) -> None:
    an_offence()
    with parking_city(tmp_path) as city:
        plates = ("1111 B", "2222 M", "3333 B")
        first, second, third = (a_violation(plate, *INSIDE, tmp_path) for plate in plates)
        with walk(city.base, size=PHONE) as citizen:
            driver_signs_in(citizen, city)
            permits_for(User.objects.get(phone="+96892345678"), *plates)
            citizen.open("/en/violations/")
            assert "30.000" in citizen.text("main") and "its fine alone" in citizen.text("main")
            citizen.shot("to-choose-en")
            citizen.open("/violations/")
            for one in (first, second):
                citizen.page.check(f"input[value='{one.public_id}']")
            citizen.shot("chosen")
            with citizen.page.expect_navigation():
                citizen.page.click("button:has-text('ادفع ما اخترت')")
            told_on_page = citizen.text("main")
            assert "20.000" in told_on_page and first.number in told_on_page
            assert second.number in told_on_page and third.number not in told_on_page
            citizen.shot("to-pay")
            pays(citizen, city)
            assert Receipt.objects.get().amount_baisa == 20_000  # one payment, one receipt
            page = citizen.page.url.removeprefix(city.base)
            citizen.shot("paid")
            citizen.open(f"/en{page}")
            assert "The bill is paid" in citizen.text("main")
            citizen.shot("paid-en")

            citizen.open(f"/violations/{first.public_id}/")
            assert "مدفوعة" in citizen.text("main")
            number = disputes(citizen, city)
            with walk(city.base) as supervisor:
                staff_sign_in(supervisor, "supervisor")
                supervisor_grants(supervisor, number)
            hashed = Argon2PasswordHasher().encode(PASSWORD, "0123456789abcdef")
            User.objects.create(username="second", roles=["supervisor"], password=hashed)
            with walk(city.base) as chief:
                staff_sign_in(chief, "second")
                chief.open("/takings/")
                assert first.number in chief.text("main")  # which of the two goes back
                chief.shot("to-approve")
                with chief.page.expect_navigation():
                    chief.page.click("button[name=decision][value=approve]")
            citizen.until(lambda: Refund.objects.get().state == "done", seconds=100)
            told(city, "وما بقي منها مدفوع", "10.000")
            citizen.open(page)
            assert "رد مبلغها" in citizen.text("main") and "مدفوع" in citizen.text("main")
            citizen.shot("one-went-back")
            citizen.open(f"/en{page}")
            citizen.shot("one-went-back-en")
            citizen.open("/violations/")
            citizen.shot("all-of-them")
    bills = {bill.subject: bill.state for bill in Bill.objects.all()}
    assert [bills[one.stream] for one in (first, second, third)] == ["refunded", "paid", "due"]
    assert Refund.objects.get().amount_baisa == 10_000 and sums().ledger == 0 and not broken()
