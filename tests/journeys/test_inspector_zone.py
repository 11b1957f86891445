"""A parking inspector, on a phone with one thumb, asks which zone this is and reads one of the
four answers, the distance to the edge and the tariff in force."""

import pytest

from tests.browser.driver import PHONE, sign_in
from tests.journeys import city
from tests.journeys.walk import Walk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def stand(person: Walk, x: float, y: float, accuracy: float) -> None:
    lon, lat = city.lonlat(x, y)
    person.page.context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": accuracy})


def answer(person: Walk, state: str) -> str:
    person.until(lambda: person.page.locator(f"#panel[data-state={state}]").count() > 0)
    return person.text("#panel-body")


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_inspector_reads_the_four_answers(walk, live_server, prefix) -> None:
    city.build()
    lon, lat = city.lonlat(-250, -250)
    name = "en" if prefix else "ar"
    with walk(
        live_server.url, size=PHONE, permissions=["geolocation"], has_touch=True,
        geolocation={"longitude": lon, "latitude": lat, "accuracy": 6},
    ) as person:  # fmt: skip
        sign_in(person.page.context, live_server.url, "inspector")  # a driver reads other words
        person.open(f"{prefix}/zone/")
        person.map_is_drawn()
        person.shot(f"{name}-start")
        act = person.page.locator("#panel-acts button").first
        box = act.bounding_box()
        assert box and box["height"] >= 44 and box["y"] > PHONE["height"] / 2  # a thumb reaches it
        act.tap()
        inside = answer(person, "inside")
        assert ("داخل" in inside and "الخوير" in inside) or "inside" in inside.lower()
        assert "0.100" in inside  # the tariff in force, three decimals
        person.map_is_drawn()
        person.shot(f"{name}-inside")

        stand(person, -394, -250, 9)  # 6 m from the west edge of zone 7
        person.page.locator("#panel-acts button").first.tap()
        near = answer(person, "near_edge")
        assert "6" in near
        assert ("لا تُحرَّر مخالفة" in near) or ("No violation can be issued" in near)
        person.map_is_drawn()
        person.shot(f"{name}-near-edge")

        stand(person, -101, -250, 8)  # on the edge between zones 7 and 8
        person.page.locator("#panel-acts button").first.tap()
        both = answer(person, "ambiguous")
        assert ("الخوير" in both and "الغبرة" in both) or ("Khuwair" in both and "Ghubra" in both)
        person.shot(f"{name}-ambiguous")

        stand(person, -600, -250, 8)
        person.page.locator("#panel-acts button").first.tap()
        outside = answer(person, "outside")
        assert "200" in outside
        person.shot(f"{name}-outside")


def test_position_outside_the_city_is_told_in_words(walk, live_server) -> None:
    city.build()
    with walk(
        live_server.url, size=PHONE, permissions=["geolocation"],
        geolocation={"longitude": 2.35, "latitude": 48.85, "accuracy": 10},
    ) as person:  # fmt: skip
        person.open("/zone/")
        person.page.locator("#panel-acts button").first.click()
        assert "خارج" in answer(person, "error")
