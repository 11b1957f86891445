"""The page of who reports something: photo first, its place found and asked about, similar ones, kept and sent once."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from municipality import crs
from observations.models import Observation, Submission
from tests.browser.driver import Visit
from tests.browser.looks import LOOKS, seen
from tests.builders import EAST, NORTH, the_office_hours
from tests.observations.builders import NOON, a_category, a_photo_taken_at, a_reporter, a_target

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATH = "/observations/new/"


def place(x: float, y: float, accuracy: float = 8.0) -> tuple[float, float, float]:
    lon, lat = crs.lonlat(EAST + x, NORTH + y)
    return lon, lat, accuracy


@pytest.fixture
def town(small_city) -> dict[str, Any]:
    """The small city with kinds of reports and somebody who sends them."""
    the_office_hours()
    a_target()
    kinds = ("إنارة الطرق/Street lighting", "أرصفة/Pavement", "أشجار/Trees", "حاويات/Containers")
    for number, names in enumerate(kinds):
        ar, en = names.split("/")
        a_category(f"kind{number}", name_ar=ar, name_en=en, position=number)
    for number in range(6):
        a_category(f"more{number}", name_ar=f"نوع {number}", name_en=f"Kind {number}", position=10)
    a_category(position=99)
    return {**small_city, "who": a_reporter().username}


def photo(x: float = 0.0, y: float = 0.0, name: str = "hole.jpg", **values: Any) -> dict[str, Any]:
    lon, lat, _ = place(x, y)
    content = a_photo_taken_at(lon, lat, **values)
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


def opened(look, *, prefix: str = "", **values: Any) -> Visit:
    visit = look(**values).go(f"{prefix}{PATH}")
    visit.page.locator("#report:visible").wait_for()
    return visit


def named(visit: Visit, origin: str) -> str:
    """Wait until the place is of an origin and has its name; return what is said of it."""
    visit.page.locator(f"#where[data-origin={origin}][data-named='1']").wait_for()
    return visit.page.inner_text("#where")


def sent(visit: Visit) -> Submission:
    visit.page.click("#send")
    visit.page.locator("#number").wait_for()
    return Submission.objects.get()


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_the_page_empty_filled_and_sent(look, town, prefix, size, theme) -> None:
    name = f"report-{prefix.strip('/')}-{size}-{theme}"
    visit = opened(look, prefix=prefix, size=size, theme=theme, who=town["who"], at=place(0, 0))
    named(visit, "gps")
    visit.settle()
    seen(visit, f"{name}-empty")
    page = visit.page
    page.set_input_files("#gallery", [photo(), photo(3, 3, "b.jpg")])
    page.locator("#thumbs li:nth-child(2)").wait_for()
    page.click("#kinds .chip:nth-child(2)")
    page.fill("#description", "حفرة")
    visit.settle()
    seen(visit, f"{name}-filled")
    box = page.locator("#send").bounding_box()
    assert box is not None and box["height"] >= 44
    assert box["y"] + box["height"] <= page.viewport_size["height"]  # under the thumb, always
    made = sent(visit)
    assert made.case.number in page.inner_text("#number")
    seen(visit, f"{name}-sent")
    assert page.get_attribute("#follow", "href") == f"{prefix}/cases/{made.case.public_id}/"
    assert made.observation.photos.count() == 2 and made.observation.category.code == "kind1"


def test_a_first_bad_fix_gives_way_to_a_good_one(look, town) -> None:
    visit = look(size="phone", who=town["who"], at=place(0, 0, 900))
    visit.go(PATH)
    page = visit.page
    page.locator("#where .near").wait_for()
    assert "تقريبي جدًا" in page.inner_text("#where")
    lon, lat, accuracy = place(40, 0, 7)
    page.context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": accuracy})
    page.locator("#where").get_by_text("من الجهاز ±7").wait_for()
    assert "الحيل الشمالية" in named(visit, "gps")
    page.click("#kinds .chip:first-child")
    made = sent(visit)
    kept = made.observation.fixes.order_by("pk")
    assert [round(fix.accuracy_m) for fix in kept] == [900, 7]
    assert made.observation.fix_origin == "gps" and round(made.observation.accuracy_m) == 7


@pytest.mark.parametrize("choice", ["exif", "gps", "map"])
def test_photo_and_device_far_apart_are_asked_about(look, town, choice) -> None:
    visit = opened(look, size="phone", who=town["who"], at=place(0, 0))
    named(visit, "gps")
    page = visit.page
    page.set_input_files("#gallery", photo(180, 0))
    page.locator("#place-question").wait_for()
    assert "180 م" in page.inner_text("#place-question").replace("\u00a0", " ")
    visit.settle()
    page.locator("#place-part").scroll_into_view_if_needed()
    visit.assert_accessible()
    visit.shot(f"report-question-{choice}")
    page.click("#kinds .chip:first-child")
    page.click("#send")  # nothing is sent while the question stands
    page.locator("#said .verdict.fail").wait_for()
    assert not Observation.objects.exists()
    page.click(f"[data-choose={choice}]")
    if choice == "map":
        page.locator("#pin-here").wait_for()
        visit.settle()
        page.click("#pin-here")
    named(visit, "pin")
    assert page.locator("#place-question").count() == 0
    observation = sent(visit).observation
    assert observation.fix_origin == "pin"
    x = observation.point.x - EAST
    expected = {"exif": 180, "gps": 0, "map": 90}[choice]  # the map shows both: its middle
    assert abs(x - expected) < (30 if choice == "map" else 2), x
    assert sorted(fix.origin for fix in observation.fixes.all()) == ["exif", "gps", "pin"]


def test_the_pin_moves_by_mouse_and_by_keyboard(look, town) -> None:
    visit = opened(look, who=town["who"], at=place(0, 0))
    named(visit, "gps")
    page = visit.page
    page.click("#pin")
    page.locator("#map[data-pinning]").wait_for()
    visit.settle()
    box = page.locator("#map").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] - 80, middle[1], steps=8)
    page.mouse.up()
    visit.settle()
    page.locator("#pin-name:visible").wait_for()
    page.click("#pin-here")
    named(visit, "pin")
    page.locator("#map canvas").focus()
    page.keyboard.press("Enter")
    page.locator("#map[data-pinning]").wait_for()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
        visit.settle()
    page.keyboard.press("Enter")
    page.locator("#map:not([data-pinning])").wait_for()
    page.click("#kinds .chip:first-child")
    visit.settle()
    point = sent(visit).observation.point
    assert point.x > EAST + 10 and point.y < NORTH - 10, (point.x - EAST, point.y - NORTH)


def test_without_a_position_the_pin_is_the_way(look, town) -> None:
    visit = opened(look, size="phone", who=town["who"])  # may not tell where it stands
    page = visit.page
    page.set_input_files("#gallery", {"name": "a.png", "mimeType": "image/png", "buffer": png()})
    page.locator("#where .near").wait_for()
    assert "ضع الدبوس" in page.inner_text("#where")
    page.click("#send")
    page.locator("#said .verdict.fail").wait_for()
    assert page.locator("#said li").count() == 2  # place and kind
    visit.assert_accessible()
    page.click("#pin")
    visit.settle()
    page.click("#pin-here")  # in the middle of the city, where the map begins: in no wilayat here
    page.locator("#where[data-origin=pin]").wait_for()


def test_in_the_sea_and_outside_of_the_city_are_said_in_words(look, town) -> None:
    visit = look(size="phone", who=town["who"], at=place(90_000, 0))
    visit.go(PATH, expect=(404, 422))
    page = visit.page
    page.locator("#where .near").wait_for()
    assert "ضع الدبوس" in page.inner_text("#where") or "حرّك الدبوس" in page.inner_text("#where")
    page.click("#kinds .chip:first-child")
    page.click("#send")
    page.locator("#said .verdict.fail").wait_for()
    assert not Observation.objects.exists()
    page.context.set_geolocation({"longitude": 2.35, "latitude": 48.85, "accuracy": 9})
    page.click("#take")
    page.locator("#where").get_by_text("جهازك خارج").wait_for()


def png() -> bytes:
    sink = io.BytesIO()
    Image.new("RGB", (320, 240), (30, 120, 90)).save(sink, "PNG")
    return sink.getvalue()


def test_large_photos_shrink_after_their_place_was_read_and_webp_becomes_jpeg(look, town) -> None:
    visit = opened(look, who=town["who"])
    page = visit.page
    large = photo(size=(4_000, 3_000))
    assert len(large["buffer"]) > 4_000_000
    sink = io.BytesIO()
    Image.effect_noise((300, 200), 50).convert("RGB").save(sink, "WEBP")
    webp = {"name": "b.webp", "mimeType": "image/webp", "buffer": sink.getvalue()}
    paper = {"name": "c.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
    page.set_input_files("#gallery", [large, webp, paper])
    page.locator("#said [role=alert]").wait_for()
    assert "c.pdf" in page.inner_text("#said") and page.locator("#thumbs li").count() == 2
    assert "من الصورة" in named(visit, "exif")
    page.click("#kinds .chip:first-child")
    made = sent(visit)
    files = [one.file for one in made.observation.photos.order_by("pk")]
    assert [(file.width, file.height) for file in files] == [(2_560, 1_920), (300, 200)]
    fix = made.observation.fixes.get()
    assert fix.origin == "exif" and abs(fix.point.x - EAST) < 1 and abs(fix.point.y - NORTH) < 1
    assert fix.fixed_at is not None and abs((fix.fixed_at - NOON).total_seconds()) < 60


def test_a_photo_is_taken_out_and_heic_that_is_not_drawn_is_named(look, town) -> None:
    visit = opened(look, who=town["who"])
    page = visit.page
    heic = {
        "name": "IMG_1.HEIC",
        "mimeType": "image/heic",
        "buffer": b"\0\0\0\x18ftypheic" + b"\0" * 90,
    }
    page.set_input_files("#gallery", [photo(), heic])
    page.locator("#thumbs .named").get_by_text("IMG_1.HEIC").wait_for()
    seen(visit, "report-heic")
    page.click("#thumbs li:first-child .drop")
    assert page.locator("#thumbs li").count() == 1
    page.locator("#where:not([data-origin=exif])").wait_for()


@pytest.mark.parametrize(("typed", "found"), [("اناره", "إنارة الطرق"), ("POTH", "حفر الطرق")])
def test_a_kind_is_found_by_folded_letters_in_either_language(look, town, typed, found) -> None:
    visit = opened(look, who=town["who"])
    page = visit.page
    assert page.locator("#kinds .chip").count() == 8
    page.fill("#kind-search", typed)
    assert page.locator("#kinds .chip").all_inner_texts() == [found]
    page.press("#kind-search", "Enter")
    assert page.locator("#kinds input:checked").count() == 1
    page.fill("#kind-search", "xyz")
    assert page.locator("#kinds-none").is_visible()
    page.fill("#kind-search", "")
    page.click("#kinds-all")
    assert page.locator("#kinds .chip").count() == 11


def test_similar_ones_are_shown_and_followed(look, town) -> None:
    visit = look(size="phone", who=town["who"], at=place(0, 0))
    page = visit.page
    other = "7e57ab1e-0000-4000-8000-000000000001"
    row = {
        "id": other, "category": {"name_ar": "إنارة الطرق", "name_en": "Street lighting"},
        "reported_on": "2026-11-20", "state": "in_progress", "state_ar": "قيد التنفيذ",
        "state_en": "In progress", "distance_m": 30, "photo": None, "behind": "wadi",
        "following": False,
    }  # fmt: skip
    near = {**row, "id": other[:-1] + "2", "behind": None, "distance_m": 42}
    page.route("**/api/observations/near*", lambda r: r.fulfill(json={"reports": [row, near]}))
    asked: list[str] = []
    page.route(
        "**/follow",
        lambda r: (asked.append(r.request.url), r.fulfill(status=201, json={"following": True})),
    )
    visit.go(PATH)
    named(visit, "gps")
    page.click("#kinds .chip:first-child")
    page.locator("#near li").first.wait_for()
    assert "42" in page.inner_text("#near li:first-child")
    assert "وراء الوادي" in page.inner_text("#near li:last-child")
    page.locator("#near-part").scroll_into_view_if_needed()
    visit.assert_accessible()
    visit.shot("report-near")
    page.click("#near li:first-child button")
    page.locator("#near li:first-child .st.pass").wait_for()
    assert asked == [f"{visit.host}/api/observations/{near['id']}/follow"]
    page.click("#discard")
    page.locator("#near-part").wait_for(state="hidden")


def test_who_is_not_signed_in_keeps_the_draft_through_the_door(look, town) -> None:
    visit = opened(look, size="phone", prefix="/en", at=place(0, 0))
    page = visit.page
    named(visit, "gps")
    page.set_input_files("#gallery", photo())
    page.click("#kinds .chip:first-child")
    page.fill("#description", "Dark")
    page.click("#send")
    page.wait_for_url("**/en/sign-in/?next=*")
    assert page.url.endswith("next=%2Fen%2Fobservations%2Fnew%2F")
    from tests.browser.driver import sign_in

    sign_in(page.context, visit.host, town["who"])
    page.context.set_geolocation({"longitude": 58.0, "latitude": 23.0, "accuracy": 9})
    visit.go(f"/en{PATH}")
    page.locator("#said .verdict.info").wait_for()
    assert "before you signed in" in page.inner_text("#said")
    named(visit, "gps")
    seen(visit, "report-offered")
    made = sent(visit)
    assert made.description == "Dark" and abs(made.observation.point.x - EAST) < 2  # of its moment


def test_a_draft_of_one_person_is_not_shown_to_another(look, town) -> None:
    visit = opened(look, who=town["who"], at=place(0, 0))
    page = visit.page
    page.fill("#description", "سر")
    page.locator("#report[data-kept]:not([data-kept=''])").wait_for()
    other = a_reporter("+96899990001").username
    from tests.browser.driver import sign_in

    sign_in(page.context, visit.host, other)
    visit.go(PATH)
    page.locator("#report:visible").wait_for()
    assert page.input_value("#description") == ""
    sign_in(page.context, visit.host, town["who"])  # the control: its own person finds it
    visit.go(PATH)
    page.locator("#said .verdict.info").wait_for()
    assert page.input_value("#description") == "سر"


def test_what_the_server_refuses_comes_back_in_its_words(look, town, settings) -> None:
    visit = opened(look, who=town["who"], at=place(0, 0))
    page = visit.page
    visit.expected = (404, 422)
    named(visit, "gps")
    bad = {"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff\xe0 nothing"}
    page.set_input_files("#gallery", [photo(), bad])
    page.click("#kinds .chip:first-child")
    page.click("#send")
    page.locator("#said .verdict.fail").wait_for()
    assert page.locator("#thumbs li.bad").count() == 1
    assert page.locator("#thumbs li[data-sent]").count() == 1
    visit.assert_accessible()
    page.click("#thumbs li.bad .drop")
    made = sent(visit)
    assert made.observation.photos.count() == 1


def test_the_place_in_doubt_by_the_server_is_asked_about_too(look, town) -> None:
    """A page that is older than the server's rule still ends in a question."""
    visit = look(who=town["who"], at=place(0, 0))
    page = visit.page
    doubt = {"type": "place_in_doubt", "status": 409, "detail": "أين الملاحظة؟", "doubts": []}
    page.route(
        "**/api/observations",
        lambda r: r.fulfill(status=409, body=json.dumps(doubt), content_type="application/problem+json"),
    )  # fmt: skip
    visit.go(PATH, expect=(404, 409))
    named(visit, "gps")
    page.click("#kinds .chip:first-child")
    page.click("#send")
    page.locator("#said .verdict.fail").wait_for()
    assert "أين الملاحظة؟" in page.inner_text("#said")


def test_too_many_are_kept_and_said_in_the_server_s_words(look, town, settings) -> None:
    settings.GEO_LIMITS = True
    visit = opened(look, size="phone", who=town["who"], at=place(0, 0))
    visit.expected = (404, 429)
    page = visit.page
    for _ in range(5):
        named(visit, "gps")
        page.click("#kinds .chip:first-child")
        page.click("#send")
        page.locator("#number").wait_for()
        page.click("#another")
        page.locator("#report:visible").wait_for()
    named(visit, "gps")
    page.click("#kinds .chip:first-child")
    page.click("#send")
    page.locator("#outcome .verdict.near").wait_for()
    assert Submission.objects.count() == 5
    assert page.locator("#kept li[data-stage=waiting]").count() == 1
    seen(visit, "report-too-many")


def test_offline_it_is_kept_and_two_tabs_send_it_once(look, town, tmp_path: Path) -> None:
    visit = opened(look, size="phone", who=town["who"], at=place(0, 0))
    page, context = visit.page, visit.page.context
    named(visit, "gps")
    page.locator("html[data-kept-page]").wait_for(state="attached")
    context.set_offline(True)
    page.set_input_files("#gallery", [photo(), photo(5, 5, "b.jpg")])
    page.locator("#thumbs li:nth-child(2)").wait_for()
    page.click("#kinds .chip:first-child")
    page.click("#send")
    page.locator("#outcome .verdict.info").wait_for()
    visit.shot("report-kept")
    visit.assert_accessible()
    page.reload()
    page.locator("#kept li[data-stage=waiting]").wait_for()
    other = context.new_page()
    other.goto(visit.host + PATH)
    other.locator("#kept li[data-stage=waiting]").wait_for()
    context.set_offline(False)
    for tab in (page, other):
        tab.locator("#kept li[data-stage=sent], #kept li [data-act=send]").first.wait_for()
    page.locator("#kept li[data-stage=sent]").wait_for(timeout=40_000)
    made = Submission.objects.get()
    assert made.observation.photos.count() == 2
    other.close()
    visit.complaints.clear()  # what failed without a network
