"""The unit and the bay of an application: by click, by keyboard, told in words, in every look."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from municipality.cases.models import Case
from municipality.city_time import city_day
from municipality.people.models import User
from municipality.stored import geos_of
from parking_zones.models import Bay, ParkingPermit, PermitRequest
from parking_zones.parking_permits.requests import Wanted, ask_for_permit
from plots.models import Building, Plot, Unit
from tests import builders as b
from tests.browser.driver import Visit
from tests.browser.looks import LOOKS, seen
from tests.cases.builders import acting
from tests.parking_permits.builders import the_prices
from tests.parking_permits.town import COMPANY

DAY = dt.timedelta(days=1)


def a_bay(key: str, x: float, y: float, **facts: Any) -> Bay:
    """A bay by the metres of its middle from the middle of the city."""
    shape = geos_of(b.square(x - 2.5, y - 1.25, 5, 2.5))
    return Bay.objects.create(register_key=key, shape=shape, **facts)


def held_now(bay: Bay, number: str) -> None:
    """A permit of three months that holds a bay from today."""
    on = city_day(timezone.now())
    ParkingPermit.objects.create(
        number=number, kind="reserved_bay", bay=bay, holder_name="شركة",
        months=3, starts_on=on, ends_on=on + 90 * DAY, issued_at=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def city(small_city) -> dict[str, Any]:
    """The small city with units on its first plot and bays in zone 7, the free one in its middle."""
    from parking_zones.models import Zone

    the_prices()
    b.a_person("citizen")
    first = small_city["plots"][0]
    for key, name in (("k1", "الواحة"), ("k2", "النخيل")):
        building = Building.objects.create(
            register_key=key, plot=first, footprint=first.boundary, use_class="residential",
            name_ar=name, name_en="Oasis" if key == "k1" else "Palms",
        )  # fmt: skip
        for floor in range(3):
            Unit.objects.create(
                building=building, number=f"{floor}1", floor=floor, use_class="residential"
            )
    zone = Zone.objects.get(number="7")
    free = a_bay("B-12", -100, 0, stalls=2)
    a_bay("B-13", -100, 60)
    held, bus = a_bay("B-14", -160, 0), a_bay("B-15", -40, 0, kind="bus")
    held_now(held, "PP-2026-000900")
    return {**small_city, "zone": zone, "free": free, "held": held, "bus": bus}


def opened_for_bays(visit: Visit, prefix: str = "") -> Visit:
    """The application for a bay, its zone chosen."""
    visit.go(f"{prefix}/parking/permits/new/?kind=reserved_bay")
    visit.page.select_option("#zone", "7")
    visit.page.locator("#bay-rows input").first.wait_for()
    visit.settle()
    return visit


def at_metres(visit: Visit, x: float, y: float) -> tuple[float, float]:
    """Where metres from the middle of zone 7 lie on the screen: its 400 m fill the lower side."""
    box = visit.page.locator("#map canvas").first.bounding_box()
    assert box is not None
    metre = (min(box["width"], box["height"]) - 80) / 400
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    return middle[0] + x * metre, middle[1] - y * metre


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_the_choices_are_seen_in_every_look(look, city, prefix, size, theme) -> None:
    name = f"{prefix.strip('/')}-{size}-{theme}"
    visit = look(size=size, theme=theme, who="citizen")
    visit.go(f"{prefix}/parking/permits/new/?plot={city['plots'][0].pk}")
    visit.page.locator("#unit-known option").nth(6).wait_for(state="attached")
    visit.page.locator("#unit-known").scroll_into_view_if_needed()
    visit.page.select_option("#unit-known", "*")
    visit.settle()
    seen(visit, f"permit-unit-{name}")
    opened_for_bays(visit, prefix)
    visit.page.locator("#bays-not summary").click()
    visit.page.locator(f"#bay-{city['free'].pk}").check()
    visit.settle()
    seen(visit, f"permit-bays-{name}")
    visit.page.locator("#bays-not").scroll_into_view_if_needed()
    visit.shot(f"permit-bays-list-{name}")


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_a_bay_that_was_lost_is_told_in_the_draft_and_another_chosen_there(
    look, city, prefix, size, theme
) -> None:
    at = timezone.now()
    person = User.objects.get(username="citizen")
    case = ask_for_permit(
        wanted=Wanted(kind="reserved_bay", months=2, bay_id=city["free"].pk, company=COMPANY),
        person=person, by=acting(person, "citizen"), at=at,
    )  # fmt: skip
    held_now(city["free"], "PP-2026-000901")
    visit = look(size=size, theme=theme, who="citizen").go(f"{prefix}/cases/{case.public_id}/")
    assert "B-12" in visit.page.inner_text("main")
    assert visit.page.locator(".verdict.fail").count() == 1
    options = visit.page.locator("#bay-choice option").all_inner_texts()
    assert [text.split()[0] for text in options] == ["B-13"]
    visit.page.locator("#bay-choice").scroll_into_view_if_needed()
    seen(visit, f"permit-lost-{prefix.strip('/')}-{size}-{theme}")
    visit.page.select_option("#bay-choice", label="B-13")
    with visit.page.expect_navigation():
        visit.page.locator("form:has(#bay-choice) button").click()
    assert PermitRequest.objects.get().bay.register_key == "B-13"
    assert visit.page.locator("#bay-choice").input_value() == str(
        PermitRequest.objects.get().bay_id
    )


def two_alike(city: dict[str, Any]) -> tuple[Plot, Plot]:
    """Two plots of the number 1417, in two areas."""
    other = b.an_area(city["wilayat"], code="other", name_ar="العذيبة", name_en="Al Azaiba")
    made = [
        b.a_plot(
            f"twin-{area.code}", b.square(x, -100, 20, 30), number="1417", area=area,
            wilayat=city["wilayat"],
        )
        for x, area in ((30, city["area"]), (130, other))
    ]  # fmt: skip
    return made[0], made[1]


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_of_plots_that_share_a_number_one_is_chosen_with_the_keyboard(
    look, city, prefix, size, theme
) -> None:
    first, second = two_alike(city)
    visit = look(size=size, theme=theme, who="citizen")
    page = visit.go(f"{prefix}/parking/permits/new/", expect=(422,)).page
    page.fill("#plot", "1417")
    page.locator(f"#alike-{second.pk}").wait_for()
    page.locator(f"#alike-{second.pk}").scroll_into_view_if_needed()
    seen(visit, f"permit-alike-{prefix.strip('/')}-{size}-{theme}")
    page.locator(f"#alike-{first.pk}").focus()
    page.keyboard.press("Space")
    page.locator("#found [data-result=inside]").wait_for()
    assert page.input_value("#plot-id") == str(first.pk) and "7" in page.inner_text("#found")
    page.keyboard.press("ArrowDown")
    page.get_by_text("8 (").wait_for()
    assert page.input_value("#plot-id") == str(second.pk)
    assert page.locator("#found .near").count() == 0  # what was asked is answered
    visit.settle()
    seen(visit, f"permit-alike-chosen-{prefix.strip('/')}-{size}-{theme}")
    page.fill("#plot", "2410")
    page.locator("#alike fieldset").wait_for(state="detached")


def test_a_plot_that_is_chosen_answers_a_number_that_no_plot_has(look, city) -> None:
    first, _ = two_alike(city)
    visit = look(who="citizen").go("/parking/permits/new/?number=77777", expect=(422,))
    page = visit.page
    page.fill("#plate", "1111 ب")
    with page.expect_navigation():
        page.locator("button[form=application]").click()
    visit.settle()
    assert page.locator("#refused").count() == 1
    page.locator("#found").get_by_text("لا توجد قطعة بهذا الرقم").wait_for()
    page.fill("#plot", "1417")
    page.locator(f"#alike-{first.pk}").check()
    page.locator("#found [data-result=inside]").wait_for()
    assert "لا توجد قطعة" not in page.inner_text("main")
    assert page.locator("#refused").count() == 0
    visit.assert_clean()


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_the_price_of_a_zone_is_told_before_a_bay_is_chosen(
    look, city, prefix, size, theme
) -> None:
    visit = opened_for_bays(look(size=size, theme=theme, who="citizen"), prefix)
    page = visit.page
    page.locator("#of-one-place").wait_for()
    page.locator("#of-one-place").scroll_into_view_if_needed()
    seen(visit, f"permit-zone-price-{prefix.strip('/')}-{size}-{theme}")
    before = page.inner_text("#price .bignum-s")
    page.locator("#bay-rows input").last.check()  # a bay of one place
    page.locator("#of-one-place").wait_for(state="detached")
    assert page.inner_text("#price .bignum-s") == before
    visit.assert_clean()


def test_the_unit_is_chosen_with_the_keyboard_and_another_one_is_written(look, city) -> None:
    visit = look(who="citizen").go("/parking/permits/new/")
    page = visit.page
    assert page.locator("#unit-choice").is_hidden() and page.locator("#unit").is_visible()
    page.fill("#plot", "2410")
    page.locator("#unit-known").wait_for()
    assert page.locator("#unit").is_hidden()
    assert "6" in page.inner_text("#unit-said")
    groups = page.locator("#unit-known optgroup").evaluate_all("all => all.map((g) => g.label)")
    assert groups == ["الواحة", "النخيل"]
    page.locator("#unit-known").focus()
    page.keyboard.press("ArrowDown")
    assert page.input_value("#unit-known") == page.input_value("#unit") == "01 (الواحة)"
    page.keyboard.press("End")
    assert page.input_value("#unit-known") == "*"
    page.locator("#unit").wait_for()
    assert page.evaluate("document.activeElement.id") == "unit"
    assert page.get_by_label("رقم الوحدة كما هو مكتوب عليها").is_visible()
    page.keyboard.type("ملحق 3")
    page.fill("#plate", "1111 ب")
    page.fill("#plot", "2411")  # the register knows no unit there: what was written stays
    page.locator("#unit-choice").wait_for(state="hidden")
    assert page.input_value("#unit") == "ملحق 3"
    page.fill("#plot", "2410")
    page.locator("#unit-known").wait_for()
    page.select_option("#unit-known", "11 (النخيل)")
    with page.expect_navigation():
        page.locator("button[form=application]").click()
    assert PermitRequest.objects.get().unit == "11 (النخيل)"
    assert "11 (النخيل)" in page.inner_text("main")
    visit.assert_clean()


def test_a_unit_of_one_plot_is_not_kept_for_another(look, city) -> None:
    visit = look(who="citizen").go("/parking/permits/new/")
    page = visit.page
    page.fill("#plot", "2410")
    page.locator("#unit-known").wait_for()
    page.select_option("#unit-known", "11 (النخيل)")
    page.fill("#plot", "2411")
    page.locator("#unit-choice").wait_for(state="hidden")
    assert page.input_value("#unit") == ""


def test_a_bay_is_chosen_in_the_list_with_the_keyboard_and_kept_with_the_application(
    look, city
) -> None:
    visit = opened_for_bays(look(who="citizen"))
    page = visit.page
    assert "المنطقة 7: يمكن طلب 2 من 4." in page.inner_text("#bays-said")
    why = page.locator("#bays-why").text_content() or ""
    assert "B-14" in why and "محجوز بتصريح" in why and "B-15" in why and "مخصص للحافلات" in why
    page.locator("#bay-none").focus()
    page.keyboard.press("ArrowDown")
    assert page.locator(f"#bay-{city['free'].pk}").is_checked()
    page.get_by_text("موقف محجوز").first.wait_for()
    assert "B-12" in page.inner_text("#bay-rows")
    page.check("#holder-company")
    page.fill("#company", "شركة الواحة")
    page.fill("#company-number", "1234567")
    with page.expect_navigation():
        page.locator("button[form=application]").click()
    request = PermitRequest.objects.get()
    assert (request.bay, request.zone) == (city["free"], city["zone"])
    assert "B-12" in page.inner_text("main")
    visit.assert_clean()


def test_a_bay_is_chosen_on_the_map_and_one_that_is_taken_says_why(look, city) -> None:
    visit = opened_for_bays(look(who="citizen"))
    page = visit.page
    page.mouse.click(*at_metres(visit, 0, 0))
    page.locator(f"#bay-{city['free'].pk}:checked").wait_for()
    page.mouse.click(*at_metres(visit, -60, 0))  # held by a permit
    page.locator(".toast", has_text="B-14: محجوز بتصريح").wait_for()
    assert page.locator(f"#bay-{city['free'].pk}").is_checked()
    page.mouse.click(*at_metres(visit, 120, 120))  # no bay is there: a pin
    page.locator("#pin bdi").wait_for()
    assert page.locator("#bay-none").is_checked()
    page.mouse.click(*at_metres(visit, 0, 60))
    page.locator("#bay-rows input:checked").wait_for()
    page.get_by_text("لا دبوس بعد").wait_for()
    assert page.input_value("#bay-lon") == ""
    page.select_option("#zone", "8")  # it has none: nothing is chosen there
    page.get_by_text("لا مواقف مسجلة في المنطقة 8").wait_for()
    assert page.locator("#bays").is_hidden()
    visit.assert_clean()


def test_a_bay_that_another_asked_for_meanwhile_is_refused_and_the_others_are_offered(
    look, city
) -> None:
    visit = opened_for_bays(look(who="citizen"))
    page = visit.page
    page.locator(f"#bay-{city['free'].pk}").check()
    Bay.objects.filter(pk=city["free"].pk).update(kind="taxi")  # since the page was opened
    page.check("#holder-company")
    page.fill("#company", "شركة الواحة")
    page.fill("#company-number", "1234567")
    with page.expect_navigation():
        page.locator("button[form=application]").click()
    page.locator("#bay-rows input").first.wait_for()
    assert "الموقف B-12: مخصص لسيارات الأجرة." in page.inner_text("[role=alert]")
    assert page.locator("#bay-none").is_checked()
    assert page.locator(f"#bay-{city['free'].pk}").count() == 0
    assert not Case.objects.exists()
