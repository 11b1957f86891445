"""Pages of parking permits: every look, the zone told on the map, the sheet's list of streets."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from shapely.geometry import LineString, MultiLineString

from municipality.calendar.models import OfficeHours
from municipality.cases.actions import move
from municipality.cases.models import Case
from municipality.city_time import city_day
from municipality.people.models import User
from municipality.stored import geos_of
from parking_zones.models import Bay, ParkingPermit
from parking_zones.parking_permits.life import permit_number, put_vehicle
from parking_zones.parking_permits.requests import Wanted, ask_for_permit, hand_in
from parking_zones.parking_permits.terms import midnight, months_after
from plots.models import Road
from plots.register.queries import plot_on
from tests import builders as b
from tests.browser.looks import LOOKS, seen, share
from tests.cases.builders import acting
from tests.parking_permits import town as t
from tests.parking_permits.builders import the_prices

DAY = dt.timedelta(days=1)


def a_road(key: str, ar: str, en: str, x0: float, y0: float, x1: float, y1: float) -> Road:
    """A street by the metres of its ends from the middle of the city."""
    line = LineString([(b.EAST + x0, b.NORTH + y0), (b.EAST + x1, b.NORTH + y1)])
    return Road.objects.create(
        register_key=key, name_ar=ar, name_en=en, road_class="minor",
        centre_line=geos_of(MultiLineString([line])),
    )  # fmt: skip


def a_held_permit(person: User, zone: Any, plate: str, *, began: dt.date, months: int) -> Any:
    """A permit as it stands in the register."""
    permit = ParkingPermit.objects.create(
        number=permit_number(began.year), kind="one_zone", zone=zone, holder_name=person.full_name,
        person_id=person.pk, phone=person.phone or "", months=months, starts_on=began,
        ends_on=months_after(began, months), issued_at=midnight(began), plot_number="2411",
    )  # fmt: skip
    put_vehicle(permit, plate, at=midnight(began))
    return permit


@pytest.fixture
def city(small_city) -> dict[str, Any]:
    """The small city with prices of permits, streets, officers, and a citizen who holds some."""
    from parking_zones.models import Zone

    the_prices()
    OfficeHours.objects.create(
        valid=b.ALWAYS, opens=dt.time(7, 30), closes=dt.time(14, 30), source="test"
    )
    a_road("r1", "شارع الفرسان", "Al Fursan Street", -300, 0, 500, 0)
    a_road("r2", "سكة 3914", "Way 3914", 100, -200, 100, 200)  # along the edge of 7 and 8
    a_road("r3", "سكة 3920", "Way 3920", -200, -150, -50, -150)
    a_road("r4", "", "", -200, 100, -60, 100)
    a_road("r5", "شارع بعيد", "Far Street", 900, 0, 1_200, 0)
    person = b.a_person("citizen")
    person.phone, person.first_name, person.last_name = "+96892123456", "سالم", "الحارثي"
    person.civil_number = "12345678"
    person.save()
    for name in ("registrar", "zone_manager", "supervisor"):
        b.a_person(name)
    zone, on = Zone.objects.get(number="7"), city_day(timezone.now())
    near = a_held_permit(person, zone, "OM-1111-B", began=on - 75 * DAY, months=3)
    long = a_held_permit(person, zone, "OM-72-AB", began=on - 10 * DAY, months=6)
    over = a_held_permit(person, zone, "OM-99-S", began=on - 300 * DAY, months=3)
    put_vehicle(long, "OM-4071-D", at=timezone.now() - 2 * DAY)
    return {**small_city, "citizen": person, "zone": zone, "permits": (near, long, over)}


def a_case(city: dict[str, Any], **values: Any) -> Case:
    """A draft of the citizen's for the plot whose zone is plain."""
    at = timezone.now()
    plot = plot_on(plot_id=city["plots"][0].pk, on=city_day(at))
    facts = {"kind": "one_zone", "months": 3, "plate_key": "OM-500-R", "plot": plot, **values}
    by = acting(city["citizen"], "citizen")
    return ask_for_permit(wanted=Wanted(**facts), person=city["citizen"], by=by, at=at)


def handed_in(city: dict[str, Any], case: Case) -> Case:
    """A request with its papers, waiting for an officer."""
    town = t.PermitTown(city["plots"][0], city["zone"], city["citizen"])
    t.attached(town, case, at=timezone.now())
    return hand_in(case_id=case.pk, by=town.as_citizen(), at=timezone.now())


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_the_citizen_s_pages_are_seen_in_every_look(look, city, prefix, size, theme) -> None:
    look_of = (prefix, size, theme)
    near, long, _ = city["permits"]
    draft = a_case(city)
    plot = city["plots"][1].pk
    pages = [
        ("mine", "/parking/permits/"), ("new", f"/parking/permits/new/?plot={plot}"),
        ("permit-near", f"/parking/permits/{near.public_id}/"),
        ("permit-long", f"/parking/permits/{long.public_id}/"),
        ("draft", f"/cases/{draft.public_id}/"), ("find", "/parking/permits/find/"),
        ("sheet", "/zone/7/sheet/"),
    ]  # fmt: skip
    visit = look(size=size, theme=theme, who="citizen")
    for name, path in share(pages, look_of):
        visit.go(prefix + path)
        if name == "new":
            visit.page.locator("[data-result=inside]").wait_for()
            visit.settle()
        seen(visit, f"permit-{name}-{prefix.strip('/')}-{size}-{theme}")


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_the_officers_pages_are_seen_in_every_look(look, city, prefix, size, theme) -> None:
    case = handed_in(city, a_case(city))
    pin = b.square(20, -20, 1).centroid
    Bay.objects.create(register_key="bay-1", stalls=4, shape=geos_of(b.square(22, -22, 10, 5)))
    bay = handed_in(
        city,
        a_case(city, kind="reserved_bay", plot=None, bay_place=pin, company=t.COMPANY,
               plate_key="", purpose="زوار المكتب"),
    )  # fmt: skip
    name = f"{prefix.strip('/')}-{size}-{theme}"
    visit = look(size=size, theme=theme, who="registrar").go(f"{prefix}/cases/{case.public_id}/")
    seen(visit, f"permit-check-{name}")
    visit.go(f"{prefix}/parking/permits/search/")
    visit.page.fill("#q", "١١١١ ب")
    visit.page.press("#q", "Enter")
    visit.page.locator("tbody tr").first.wait_for()
    seen(visit, f"permit-search-{name}")
    visit = look(size=size, theme=theme, who="zone_manager").go(f"{prefix}/cases/{bay.public_id}/")
    seen(visit, f"permit-bay-{name}")
    visit.go(f"{prefix}/parking/permits/announce/")
    visit.page.fill("#text-ar", "يُغلق شارع الفرسان غدًا")
    visit.page.fill("#text-en", "Al Fursan Street is closed tomorrow")
    visit.page.locator("main form button").first.click()
    visit.page.locator("[role=status].verdict").wait_for()
    seen(visit, f"permit-announce-{name}")


def test_a_plot_is_chosen_on_the_map_and_its_zone_and_price_are_told(look, city) -> None:
    visit = look(who="citizen").go("/parking/permits/new/")
    page = visit.page
    page.fill("#plot", "2411")
    page.locator("[data-result=inside]").wait_for()
    assert "كلها داخل المنطقة 7" in page.inner_text("#found")
    page.select_option("#months", "3")
    page.get_by_text("45.000").first.wait_for()
    page.fill("#plot", "2414")  # it lies across the border of two zones
    page.locator("[data-result=ambiguous]").wait_for()
    assert "أكثر من منطقة" in page.inner_text("#found")
    assert "45.000" not in page.inner_text("#price")  # nothing is priced while it is not sure
    page.select_option("#zone", "8")
    page.get_by_text("45.000").first.wait_for()
    page.check("#kind-all_zones")
    page.get_by_text("60.000").first.wait_for()
    page.check("#kind-reserved_bay")
    assert page.locator("#plot").is_hidden()
    visit.settle()
    box = page.locator("#map canvas").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.locator("#pin bdi").wait_for()
    page.get_by_text("موقف محجوز").first.wait_for()
    visit.assert_clean()


def test_the_sheet_lists_the_streets_of_the_polygon_and_says_what_has_no_name(look, city) -> None:
    visit = look().go("/zone/7/sheet/")
    rows = [row.inner_text() for row in visit.page.locator("tbody tr").all()]
    streets = [row for row in rows if "المنطقة" in row or "على حدها" in row]
    assert any("شارع الفرسان" in row and "داخل المنطقة" in row for row in streets)
    assert any("سكة 3914" in row and "على حدها" in row and "3914" in row for row in streets)
    assert any("شارع بلا اسم في السجل" in row for row in streets)
    assert not any("شارع بعيد" in row for row in rows)
    made = visit.page.context.request.get(f"{visit.host}/zone/7/sheet.pdf")
    assert made.status == 200 and made.body().startswith(b"%PDF")
    assert visit.page.context.request.get(f"{visit.host}/zone/99/sheet/").status == 404


def test_the_officer_decides_a_plot_that_lies_in_two_zones(look, city) -> None:
    on = city_day(timezone.now())
    across = plot_on(plot_id=city["plots"][4].pk, on=on)
    case = handed_in(city, a_case(city, plot=across, zone_id=city["zone"].pk))
    visit = look(who="registrar").go(f"/cases/{case.public_id}/")
    assert "أكثر من منطقة" in visit.page.inner_text("main")
    option = visit.page.locator("#zone option", has_text="8 ·")
    visit.page.select_option("#zone", option.get_attribute("value"))
    visit.page.get_by_text("ثبّت الموضع").click()
    visit.page.get_by_text("حُفظ الموضع.").wait_for()
    move(case_id=case.pk, edge="accept_registration", at=timezone.now(),
         by=acting(User.objects.get(username="registrar"), "registrar"))  # fmt: skip
    visit.go(f"/cases/{case.public_id}/")
    assert "منطقة 8" in visit.page.inner_text("#fee-title >> xpath=../..")
