"""The survey of what was built and the visit on the site: in every look, drawn and recorded."""

import io
from pathlib import Path

import numpy as np
import pytest
import shapely
from PIL import Image

from geo_portal.permits import shown
from geo_portal.permits.shown import EXACT
from municipality import crs, geojson
from municipality.stored import shape_of
from plots.building_permits.construction.models import Construction
from tests.browser.looks import LOOKS, seen
from tests.browser.test_site_drawing import LINE
from tests.building_permits import builders as s
from tests.building_permits import office as o
from tests.building_permits import works as w

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


HAIR_M = 0.0002  # what a corner loses on its way through a browser


@pytest.fixture
def town(settings, tmp_path: Path, monkeypatch) -> o.PermitTown:
    settings.MEDIA_ROOT = tmp_path / "media"
    w.unsigned(monkeypatch)
    return w.a_works_town()


def lonlat(x: float, y: float) -> dict[str, float]:
    point = w.at_metres(x, y).point
    lon, lat = crs.transform_from_metric(point.x, point.y)
    return {"longitude": float(lon), "latitude": float(lat), "accuracy": 5.0}


def looked_at(look, path: str, name: str, who: str) -> None:
    for prefix, size, theme in LOOKS:
        visit = look(size=size, theme=theme, who=who).go(prefix + path)
        seen(visit, f"{name}-{prefix[1:]}-{size}-{theme}")
        visit.page.close()


def built_too_wide(town: o.PermitTown) -> Construction:
    works = w.begun(town)
    w.passed(town, works, 3)
    w.surveyed(town, works, s.a_villa(width=13.6), *s.bays())
    return works


def test_an_office_sees_what_stands_beyond_what_was_approved_and_mends_it(look, town) -> None:
    works = built_too_wide(town)
    path = f"/cases/{works.case.public_id}/as-built/"
    looked_at(look, path, "as-built", "office")
    visit = look(who="office").go("/en" + path)
    page = visit.page
    assert "the furthest by 0.60" in page.inner_text("#deviation")
    page.locator(".part-row, [data-role=main]").first.wait_for()
    page.locator("[data-role=main] button", has_text="Remove").first.click()
    page.click("text=Draw by measures")
    for name, metres in (("width", 13), ("depth", 15), ("from-front", 6), ("from-side", 3.5)):
        page.fill(f"#{name}", f"{metres}")
    page.click("#measures button[type=submit]")
    page.click("#save")
    page.wait_for_selector("#deviation [data-within=true]")
    visit.assert_clean()
    assert works.as_built.get().number == 1


def test_an_inspector_takes_a_position_and_records_the_visit(look, town) -> None:
    works = w.begun(town)
    w.step(town, works, "ask_visit")
    path = f"/cases/{works.case.public_id}/visit/"
    looked_at(look, path, "visit", "site_inspector")
    visit = look(size="phone", who="site_inspector")
    visit.page.context.grant_permissions(["geolocation"])
    visit.page.context.set_geolocation(lonlat(60, 12))
    visit.go(path)
    page = visit.page
    page.click("#take")
    page.wait_for_selector("[data-placed=fail]")
    assert "خارج القطعة" in page.inner_text("#here")
    page.context.set_geolocation(lonlat(10, 12) | {"accuracy": 500})
    page.click("#take")
    page.wait_for_selector("[data-placed=near]")
    assert "الموقع تقريبي ولا يثبت أنك على القطعة" in page.inner_text("#here")
    assert "عند حد القطعة" not in page.inner_text("#here")
    seen(visit, "visit-coarse-phone")
    page.context.set_geolocation({"longitude": 0, "latitude": 0})
    visit.expected = (422,)
    page.click("#take")
    page.wait_for_selector("#here [role=alert]")
    assert "خارج المدينة" in page.inner_text("#here") and not page.input_value("#lon")
    page.context.set_geolocation(lonlat(10, 12))
    page.click("#take")
    page.wait_for_selector("[data-placed=pass]")
    page.check("#outcome-passed")
    page.click("#visit-form button[type=submit]")
    page.wait_for_load_state()
    told = works.visits.get()
    assert (told.outcome, told.placed) == ("passed", "inside")
    assert "اجتازت" in page.inner_text("main")
    visit.assert_clean()


def widened(town: o.PermitTown, works: Construction) -> None:
    """The villa as approved but for a hair on every side, with its east wall moved out."""
    (main,) = works.permit.site.parts.filter(role="main")
    corners = shapely.get_coordinates(shape_of(main.shape))[:-1]
    out = np.sign(corners - corners.mean(axis=0))
    corners += out * HAIR_M
    corners[out[:, 0] > 0, 0] += 0.6
    geometry = geojson.geometry(shapely.Polygon(corners), decimals=EXACT)
    says = {"role": "main", "floors": 2, "height_m": 9.5}
    built = {"type": "Feature", "properties": says, "geometry": geometry}
    w.surveyed(town, works, built, *s.bays())


def share_painted(visit) -> float:
    """The ground painted as beyond what was approved, over the plot's."""
    picture = Image.open(io.BytesIO(visit.page.locator("#map canvas").first.screenshot()))
    pixels = np.array(picture.convert("RGB")).astype(int)
    red, green, blue = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    rows, columns = np.nonzero(np.abs(pixels - LINE).sum(axis=2) < 12)
    plot = float(np.ptp(rows) * np.ptp(columns))
    return float(((red > 140) & (green < 90) & (blue < 90)).sum()) / plot


@pytest.mark.parametrize("is_guarded", [True, False])
def test_a_wall_moved_out_is_painted_as_its_strip_and_not_over_the_villa(
    look, town, monkeypatch, is_guarded: bool
) -> None:
    """Without the guard the map fills a shape that its own hair crosses: half the villa."""
    if not is_guarded:
        monkeypatch.setattr(shown, "_drawn", lambda shape: geojson.geometry(shape))
    works = w.begun(town)
    w.passed(town, works, 3)
    widened(town, works)
    visit = look(who="office", whole_pixels=True).go(f"/cases/{works.case.public_id}/as-built/")
    visit.page.wait_for_selector("#deviation [data-within=false]")
    visit.settle()
    visit.shot(f"as-built-widened-{is_guarded}")
    strip = 0.6 * 15 / (20 * 30)
    assert (share_painted(visit) < 2 * strip) is is_guarded
