"""The survey of what was built and the visit on the site: in every look, drawn and recorded."""

from pathlib import Path

import pytest

from municipality import crs
from plots.building_permits.construction.models import Construction
from tests.browser.looks import LOOKS, seen
from tests.building_permits import builders as s
from tests.building_permits import office as o
from tests.building_permits import works as w

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


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
