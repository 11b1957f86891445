"""A citizen sends what they see: the photo's place, the pin, the number by SMS; then without a network, once."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from playwright.sync_api import Browser, BrowserContext

from municipality.history.queries import broken
from municipality.people.models import User
from observations.models import Submission
from observations.reports.models import Status
from tests.browser.driver import ARGS, PHONE, chromium
from tests.builders import EAST, NORTH, the_office_hours
from tests.journeys import city as small_city
from tests.journeys.parking_city import driver_signs_in
from tests.journeys.processes import City, running
from tests.journeys.steps import PASSWORD, staff_sign_in, told
from tests.journeys.walk import SCREEN, Walk
from tests.observations.builders import a_category, a_photo_taken_at, a_target
from tests.observations.routing import a_directorate_body

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATH = "/observations/new/"


@contextlib.contextmanager
def observed_city(folder: Path) -> Iterator[City]:
    """The small city, with kinds of reports and how soon each is dealt with."""
    small_city.build()
    the_office_hours()
    a_category()
    for priority in (1, 2, 3, 4):
        a_target(priority)
    roads, hashed = (
        a_directorate_body("roads"),
        Argon2PasswordHasher().encode(PASSWORD, "0123456789abcdef"),
    )
    User.objects.filter(username="citizen").delete()
    User.objects.create(username="agent", roles=["agent"], password=hashed)
    User.objects.create(
        username="department", roles=["department"], password=hashed,
        directorate=roads.directorate,
    )  # fmt: skip
    with running(str(connection.settings_dict["NAME"]), folder) as made:
        yield made


@contextlib.contextmanager
def telephone(browser: Browser, folder: Path, **options: object) -> Iterator[BrowserContext]:
    """A browser with a memory of its own on the disk: closed and started again it is the same."""
    lon, lat = small_city.lonlat(0, -6)
    context = browser.browser_type.launch_persistent_context(
        str(folder), executable_path=chromium(), args=ARGS, viewport=PHONE, has_touch=True,
        reduced_motion="reduce", permissions=["geolocation"],
        geolocation={"longitude": lon, "latitude": lat, "accuracy": 8}, **options,
    )  # fmt: skip
    try:
        yield context
    finally:
        context.close()


def a_photo(folder: Path, x: float, y: float, name: str = "hole.jpg") -> str:
    path = folder / name
    path.write_bytes(a_photo_taken_at(*small_city.lonlat(x, y)))
    return str(path)


def place_is_named(person: Walk, origin: str) -> None:
    found = person.page.locator(f"#where[data-origin={origin}][data-named='1']")
    person.until(lambda: found.count() == 1)
    assert "الحيل الشمالية" in person.text("#where") or "Al Hail North" in person.text("#where")


def moves_the_pin(person: Walk, by: float) -> None:
    """Put the pin where the cross-hair stands after the map was dragged."""
    person.page.click("#pin")
    person.until(lambda: person.page.locator("#map[data-pinning]").count() == 1)
    person.map_is_drawn()
    box = person.page.locator("#map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 3
    person.page.mouse.move(x, y)
    person.page.mouse.down()
    person.page.mouse.move(x + by, y, steps=8)
    person.page.mouse.up()
    person.map_is_drawn()
    person.until(lambda: person.page.locator("#pin-name:visible").count() == 1)
    person.shot("pin")
    person.page.click("#pin-here")
    place_is_named(person, "pin")


def test_a_report_with_its_photo_and_one_without_a_network(
    chromium_browser: Browser, tmp_path: Path
) -> None:
    memory = tmp_path / "telephone"
    with observed_city(tmp_path) as city:
        with telephone(chromium_browser, memory) as context:
            person = Walk(context.pages[0], city.base)
            driver_signs_in(person, city)
            person.open(PATH)
            person.map_is_drawn()
            place_is_named(person, "gps")
            person.shot("empty")
            person.page.set_input_files("#gallery", a_photo(tmp_path, 12, 0))
            person.until(lambda: "مكانها" in person.text("#thumbs"))
            person.shot("photo")
            person.page.locator("#place-part").scroll_into_view_if_needed()
            person.map_is_drawn()
            person.shot("place")
            moves_the_pin(person, -60)
            person.page.fill("#kind-search", "حفر")
            person.page.click("#kinds .chip")
            person.page.fill("#description", "حفرة أمام المدرسة منذ أسبوع")
            person.shot("filled")
            person.page.click("#send")
            person.until(lambda: person.page.locator("#number").count() == 1, seconds=40)
            person.shot("sent")
            made = Submission.objects.get()
            assert made.case.number == person.text("#number") and made.case.due_at is not None
            assert told(city, made.case.number)
            origins = sorted(fix.origin for fix in made.observation.fixes.all())
            assert origins == ["exif", "gps", "pin"]
            assert made.observation.fix_origin == "pin"
            assert 5 < made.observation.point.x - EAST < 80
            assert abs(made.observation.point.y - NORTH) < 30

            # without a network: all of it is kept, with the position of that moment
            kept_page = person.page.locator("html[data-kept-page]")
            person.page.click("#another")
            place_is_named(person, "gps")
            person.until(lambda: kept_page.count() == 1)
            context.set_offline(True)
            photos = [a_photo(tmp_path, 3, 0, "a.jpg"), a_photo(tmp_path, 4, 2, "b.jpg")]
            person.page.set_input_files("#gallery", photos)
            person.until(lambda: person.page.locator("#thumbs li").count() == 2)
            person.page.click("#kinds .chip:nth-child(1)")
            person.page.click("#send")
            person.until(lambda: person.page.locator("#outcome .verdict.info").count() == 1)
            assert "وتُرسل مرة واحدة عند عودة الشبكة" in person.text("#outcome")
            person.shot("kept")
            person.asked_nobody_else()

        # the browser was closed; it starts again where there is still no network
        with telephone(chromium_browser, memory) as context:
            context.set_offline(True)
            lon, lat = small_city.lonlat(5_000, 0)  # its owner has gone on
            context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": 8})
            again = Walk(context.pages[0], city.base)
            again.open(PATH)
            waiting = again.page.locator("#kept li[data-stage=waiting]")
            again.until(lambda: waiting.count() == 1)
            again.shot("offline-again")
            assert Submission.objects.count() == 1
            context.set_offline(False)
            arrived = again.page.locator("#kept li[data-stage=sent]")
            again.until(lambda: arrived.count() == 2, seconds=60)
            again.shot("arrived")
            again.page.reload()
            again.until(lambda: arrived.count() == 2)
            second = Submission.objects.order_by("pk").last()
            assert second is not None and Submission.objects.count() == 2
            assert second.observation.photos.count() == 2
            assert abs(second.observation.point.x - EAST) < 2
            assert told(city, second.case.number)

            # the English page on a desk, and the case it leads to
            again.page.set_viewport_size(SCREEN)
            again.open(f"/en{PATH}")
            again.map_is_drawn()
            again.shot("english")
            again.page.locator("#kept a").first.click()
            again.page.wait_for_load_state("load")
            assert "/en/cases/" in again.page.url
            assert not again.foreign and not again.faults
    assert not broken()


def acts(person: Walk, edge: str, text: str = "") -> None:
    """Take a step of the case that is open, with its words where it wants some."""
    if text:
        field = person.page.locator(f"#text-{edge}")
        if not field.is_visible():
            person.page.locator(f"details.act:has(#text-{edge}) summary").click()
        field.fill(text)
    form = person.page.locator(f"form:has(input[name=edge][value={edge}])")
    form.locator("button[type=submit]").click()
    person.page.wait_for_load_state("load")


def finds_in_the_list(person: Walk, prefix: str, number: str) -> None:
    """Open a case from the work list of whose turn it is."""
    person.open(f"{prefix}/work/")
    person.shot(f"work{prefix.replace('/', '-')}")
    person.page.click(f"#work a:has-text('{number}')")
    person.page.wait_for_load_state("load")


def test_an_agent_finds_its_desk_and_a_department_ends_it_with_its_sender(
    walk, tmp_path: Path
) -> None:
    lon, lat = small_city.lonlat(0, -6)
    here = {
        "permissions": ["geolocation"], "has_touch": True,
        "geolocation": {"longitude": lon, "latitude": lat, "accuracy": 8},
    }  # fmt: skip
    with observed_city(tmp_path) as city, walk(city.base, size=PHONE, **here) as citizen:
        driver_signs_in(citizen, city)
        citizen.open(PATH)
        place_is_named(citizen, "gps")
        citizen.page.click("#kinds .chip:nth-child(1)")
        citizen.page.fill("#description", "حفرة أمام المدرسة")
        citizen.page.click("#send")
        citizen.until(lambda: citizen.page.locator("#number").count() == 1, seconds=40)
        number = citizen.text("#number")

        # no polygon says whose it is: it waits for an agent, who says it, in Arabic
        with walk(city.base) as agent:
            staff_sign_in(agent, "agent")
            finds_in_the_list(agent, "", number)
            agent.map_is_drawn()
            assert "لا جهة هنا" in agent.text("main")
            agent.shot("agent")
            agent.page.select_option("#report-body", "roads")
            agent.page.click("form:has(#report-body) button")
            agent.page.wait_for_load_state("load")
            assert "مديرية roads" in agent.text("main")

        # its department asks, in English; the answer comes from the telephone, in Arabic
        with walk(city.base) as officer:
            staff_sign_in(officer, "department")
            finds_in_the_list(officer, "/en", number)
            officer.map_is_drawn()
            officer.shot("department")
            acts(officer, "take")
            acts(officer, "ask", "على أي جانب من الطريق؟")
            told(city, number, "على أي جانب")
            own = f"/cases/{Submission.objects.get().case.public_id}/"
            citizen.open(own)
            citizen.shot("asked")
            acts(citizen, "answer", "جانب المدرسة")
            officer.open(f"/en{own}")
            assert "جانب المدرسة" in officer.text("main")
            acts(officer, "resolve", "رُدمت الحفرة وأُعيد الرصف")
            told(city, number, "رُدمت الحفرة")

            # who sent it confirms and rates; the department reads it
            citizen.open(own)
            acts(citizen, "confirm")
            citizen.page.check("#rating-5")
            citizen.page.click("form:has(#rating-5) button[type=submit]")
            citizen.page.wait_for_load_state("load")
            citizen.shot("rated")
            officer.open(f"/en{own}")
            assert "Rated by who sent it" in officer.text("main")
            officer.shot("ended")
        made = Submission.objects.get()
        assert (made.case.state, made.rating) == ("closed", 5)
        assert made.observation.status == Status.CLOSED
    assert not broken()
