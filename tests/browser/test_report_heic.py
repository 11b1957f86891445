"""Real HEIC photos of telephones on the citizen's page: their place is read, a browser that cannot draw them says so."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from municipality import crs
from municipality.clock import database_now
from municipality.documents import store
from observations.models import Observation, Submission
from observations.reports.photos import show_photo
from tests.browser.driver import Visit
from tests.browser.looks import LOOKS, seen
from tests.builders import EAST, NORTH, the_office_hours
from tests.documents.exif_written import moved
from tests.documents.test_photos import groups_of, likeness, tells_nothing, upright
from tests.observations.builders import a_category, a_reporter, a_target, the_agent

pytestmark = [
    pytest.mark.browser, pytest.mark.real_data, pytest.mark.django_db(transaction=True),
]  # fmt: skip
PATH = "/observations/new/"
EAST_M, NORTH_M = 30.0, -20.0  # where the photos are put: not where the device is


@pytest.fixture
def town(small_city) -> str:
    """The small city with one kind of reports; the name of who sends them."""
    the_office_hours()
    a_target()
    a_category()
    return a_reporter().username


def lonlat(x: float = EAST_M, y: float = NORTH_M) -> tuple[float, float]:
    return crs.lonlat(EAST + x, NORTH + y)


@pytest.fixture
def heic(real_data: Path) -> Callable[[str], bytes]:
    """A real photo by its name, its position written over with one in the small city."""
    return lambda name: moved((real_data / "photos" / name).read_bytes(), *lonlat())


HEIC_IS_NOT_SHOWN = "هذا المتصفح لا يعرض صور HEIC. تُرسل كما هي"


def chosen(visit: Visit, data: bytes, name: str = "IMG_1034.HEIC", kind: str = "image/heic") -> str:
    """Choose a file as a person does; return what is said beside it, where no picture is drawn."""
    page = visit.page
    page.set_input_files("#gallery", {"name": name, "mimeType": kind, "buffer": data})
    page.locator("#thumbs .why").wait_for()
    assert page.locator("#thumbs img").count() == 0  # no broken picture
    return page.inner_text("#thumbs li:last-child")


def opened(look: Any, who: str, prefix: str = "", **values: Any) -> Visit:
    visit = look(who=who, **values).go(prefix + PATH)
    visit.page.locator("#report:visible").wait_for()
    return visit


def sent(visit: Visit) -> Submission:
    visit.page.click("#kinds .chip:first-child")
    visit.page.click("#send")
    visit.page.locator("#number").wait_for()
    return Submission.objects.get()


@pytest.mark.parametrize(
    ("name", "kind", "called", "accuracy"),
    [
        ("IMG_1034.heic", "image/heic", "IMG_1034.HEIC", 65.0),
        ("IMG_1034.heic", "", "IMG_1034.HEIC", 65.0),  # a system that knows no type for it
        ("IMG_1034.heic", "image/jpeg", "IMG_1034.jpg", 65.0),  # named for what it is not
        ("exif-at-eof.heic", "image/heic", "exif-at-eof.heic", None),
    ],
)
def test_the_place_of_a_real_heic_is_offered_and_kept(
    look, town, heic, name, kind, called, accuracy
) -> None:
    visit = opened(look, town)
    data = heic(name)
    words = chosen(visit, data, called, kind)
    assert called in words and "فيها مكانها" in words and HEIC_IS_NOT_SHOWN in words
    page = visit.page
    page.locator("#where[data-origin=exif][data-named='1']").wait_for()
    offered = page.inner_text("#where")
    assert "من الصورة" in offered and "الحيل الشمالية" in offered
    assert ("±65" in offered) == (accuracy is not None)
    made = sent(visit)
    fix = made.observation.fixes.get()
    assert fix.origin == made.observation.fix_origin == "exif"
    assert fix.accuracy_m == made.observation.accuracy_m == accuracy
    where = fix.point.x - EAST, fix.point.y - NORTH
    assert where == pytest.approx((EAST_M, NORTH_M), abs=0.05)
    file = made.observation.photos.get().file
    assert file.kind == "heic" and file.clean_kind == "jpeg"
    assert (file.facts.lon, file.facts.lat) == pytest.approx(lonlat(), abs=1e-6)
    assert file.facts.error_m == accuracy


def test_what_is_kept_of_a_heic_is_upright_and_tells_nothing(look, town, heic) -> None:
    visit = opened(look, town)
    data = heic("IMG_1034.heic")
    chosen(visit, data)
    photo = sent(visit).observation.photos.get()
    show_photo(photo_id=photo.pk, hidden=[], by=the_agent(), at=database_now())
    pictures = {one.purpose: one.sha256 for one in photo.file.pictures.filter(ended_at=None)}
    assert set(pictures) == {"small", "public"}
    whole = upright(data).convert("RGB")
    for digest in (photo.file.clean_sha256, *pictures.values()):
        with store.open_kept(digest) as file:
            copy = file.read()
        tells_nothing(copy)
        seen_by_others = Image.open(io.BytesIO(copy)).convert("RGB")
        alike = whole.resize(seen_by_others.size, Image.Resampling.LANCZOS)
        assert likeness(alike, seen_by_others) > 0.8
        turned = alike.transpose(Image.Transpose.ROTATE_180)  # control
        assert likeness(turned, seen_by_others) < 0.6
    assert "GPS" in groups_of(data)[0]  # control: the photo itself tells
    visit.go(f"/cases/{Submission.objects.get().case.public_id}/")
    visit.page.locator("img[src*='/files/']").first.wait_for()  # as the page promised
    visit.shot("report-heic-followed")


def test_a_heic_from_elsewhere_and_one_without_a_place_leave_it_to_the_pin(
    look, town, real_data: Path
) -> None:
    visit = opened(look, town, size="phone")
    page = visit.page
    abroad = (real_data / "photos/IMG_1034.heic").read_bytes()
    chosen(visit, abroad, "IMG_1034.HEIC")
    page.locator("#where").get_by_text("أُخذت الصورة خارج").wait_for()
    page.click("#thumbs li:first-child .drop")
    placeless = (real_data / "photos/IMG_2927.HEIC").read_bytes()
    assert "فيها مكانها" not in chosen(visit, placeless, "IMG_2927.HEIC")
    page.locator("#where .near").get_by_text("ضع الدبوس").wait_for()
    page.click("#pin")
    page.locator("#map[data-pinning]").wait_for()
    visit.settle()
    page.click("#pin-here")
    page.locator("#where[data-origin=pin]").wait_for()


@pytest.mark.parametrize(
    ("broken", "says_place"),
    [
        (lambda data: data[:200_000], True),  # the sending of it was cut off
        (lambda data: data[:5_000] + bytes(len(data) - 5_000), False),
        (lambda data: b"\0\0\0\x18ftypheic" + b"\0" * 90, False),
    ],
)
def test_a_broken_heic_comes_back_and_the_report_goes_without_it(
    look, town, heic, broken, says_place
) -> None:
    visit = opened(look, town, size="phone", at=(*lonlat(0, 0), 8.0))
    visit.expected = (404, 422)
    page = visit.page
    page.locator("#where[data-origin=gps][data-named='1']").wait_for()
    words = chosen(visit, broken(heic("IMG_1034.heic")))
    assert ("فيها مكانها" in words) == says_place and HEIC_IS_NOT_SHOWN in words
    page.click("#kinds .chip:first-child")
    page.click("#send")
    page.locator("#thumbs li.bad").wait_for()
    assert not Observation.objects.exists()
    visit.shot(f"report-heic-broken-{says_place}")
    page.click("#thumbs li.bad .drop")
    observation = sent(visit).observation
    assert observation.photos.count() == 0 and observation.fix_origin == "gps"


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_photos_that_are_not_drawn_stand_among_those_that_are(
    look, town, heic, prefix, size, theme
) -> None:
    visit = opened(look, town, prefix=prefix, size=size, theme=theme)
    page = visit.page
    out = io.BytesIO()
    Image.effect_noise((640, 480), 60).convert("RGB").save(out, "JPEG")
    chosen(visit, heic("IMG_1034.heic"))
    for name, data in (("a.jpg", out.getvalue()), ("b.jpg", b"\xff\xd8\xff\xe0 nothing")):
        page.set_input_files("#gallery", {"name": name, "mimeType": "image/jpeg", "buffer": data})
    page.locator("#thumbs li:nth-child(3) .why").wait_for()
    last = page.inner_text("#thumbs li:nth-child(3)")
    assert ("may be broken" if prefix else "قد تكون تالفة") in last
    visit.settle()
    tag = page.locator("#thumbs li:first-child .tag").bounding_box()
    row = page.locator("#thumbs li:first-child").bounding_box()
    assert tag is not None and tag["y"] + tag["height"] <= row["y"] + row["height"]  # not cut off
    page.locator("#photos-part").scroll_into_view_if_needed()
    seen(visit, f"report-heic-{prefix.strip('/')}-{size}-{theme}")
