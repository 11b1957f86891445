"""Bodies of the city's facts, and what the demo draws of responsibilities."""

import datetime as dt

import pytest

from geo_portal.city_facts import load_city_facts
from municipality.places.models import Directorate
from observations.models import Body, Category, Routed
from observations.routing.coverage import all_gaps_and_overlaps
from observations.routing.rerouting import OPEN, queues, route_new
from tests.demo.test_build import build

pytestmark = pytest.mark.django_db
ON = dt.date(2026, 10, 31)


def test_bodies_are_facts_of_the_city_and_what_was_entered_stays() -> None:
    first = load_city_facts()
    assert first["bodies"] == 10
    ours = Body.objects.filter(is_outside=False)
    assert {row.directorate.code for row in ours} == {row.code for row in Directorate.objects.all()}
    assert all(row.name_ar == row.directorate.name_ar for row in ours)
    assert not Body.objects.exclude(email="", phone="").exists()  # none that we would invent
    assert not Body.objects.filter(source="").exists()
    Body.objects.filter(code="nama_water").update(email="reports@example.om")
    assert load_city_facts()["bodies"] == 0
    assert Body.objects.get(code="nama_water").email == "reports@example.om"


def test_every_category_has_a_footprint_and_kin_are_more_than_one() -> None:
    load_city_facts()
    assert Category.objects.get(code="street_lighting").footprint_m == 30
    kin: dict[str, list[str]] = {}
    for row in Category.objects.exclude(kin=""):
        kin.setdefault(row.kin, []).append(row.code)
    assert sorted(kin["waste"]) == ["containers", "rubble", "waste"]
    assert sorted(kin["water"]) == ["sewage", "standing_water"]
    assert all(len(codes) > 1 for codes in kin.values())


def test_the_demo_has_one_gap_and_one_overlap_and_its_open_reports_are_routed() -> None:
    build(plots=300, observations=20_000)
    general, sewage = all_gaps_and_overlaps(on=ON)
    assert len(general.gaps) == len(general.overlaps) == 1
    assert general.gaps_km2 == pytest.approx(0.635, abs=0.01)
    assert general.overlaps[0].bodies == ("bausher", "seeb")
    assert not sewage.gaps and not sewage.overlaps
    made = Routed.objects.filter(observation__submission=None)  # people's go on from there
    assert made.exclude(until=None).count() == 0
    waiting = queues()
    standing = Routed.objects.filter(body=None, until=None, observation__status__in=OPEN)
    unclear = standing.count()
    assert waiting.ambiguous + waiting.unassigned == unclear > 0
    assert route_new(at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC)).looked_at == 0
    of_water = Routed.objects.filter(body__code="nama_water")
    assert of_water.exists() and set(of_water.values_list("category__code")) == {("sewage",)}
