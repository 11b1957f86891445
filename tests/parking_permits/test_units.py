"""The flat or shop of an application: offered where the register knows it, written where not."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from parking_zones.parking_permits.checks import request_of
from plots.models import Building, Plot, Unit
from plots.register.units import LONGEST, knows_unit, units_of
from tests import builders as b
from tests.parking_permits import town as t

pytestmark = pytest.mark.django_db
API = "/api/parking/permits"
NOW = timezone.now()


def a_building(plot: Plot, key: str, *numbers: str, **facts: Any) -> Building:
    building = Building.objects.create(
        register_key=key, plot=plot, footprint=plot.boundary, use_class="residential", **facts
    )
    for floor, number in enumerate(numbers):
        Unit.objects.create(building=building, number=number, floor=floor, use_class="residential")
    return building


def test_each_unit_is_written_so_that_it_is_one_of_the_plot() -> None:
    town = t.a_permit_town()
    a_building(town.plot, "k1", "1", "2", name_ar="الواحة", name_en="Oasis")
    a_building(town.plot, "k2", "١", "3", name_ar="النخيل")
    a_building(town.plot, "k3", "1")
    other = b.a_plot("k9", b.square(40, 40), number="77", wilayat=town.plot.wilayat)
    a_building(other, "k4", "9")
    found = units_of(town.plot.pk)
    assert [one.written for one in found] == ["1 (الواحة)", "2", "١ (النخيل)", "3", "1 (3)"]
    assert [one.floor for one in found] == [0, 1, 0, 1, 0]
    assert [(one.building.ar, one.building.en) for one in found][1::2] == [
        ("الواحة", "Oasis"), ("النخيل", "النخيل"),
    ]  # fmt: skip
    assert found[4].building.en == "Building 3"


def test_two_buildings_of_one_name_and_long_names_are_still_told_apart() -> None:
    town = t.a_permit_town()
    long = "برج " * 25
    a_building(town.plot, "k1", "1", "7" * 40, name_ar="الواحة")
    a_building(town.plot, "k2", "1", name_ar="الواحة")
    a_building(town.plot, "k3", "1", "7" * 40, name_ar=long.strip())
    written = [one.written for one in units_of(town.plot.pk)]
    assert written[0] == "1 (1)" and "1 (2)" in written and "1 (3)" in written
    assert len(set(written)) == len(written) == 5
    assert all(len(one) <= LONGEST for one in written)
    assert all(knows_unit(town.plot.pk, one) for one in written)
    assert knows_unit(town.plot.pk, " ١ ") and not knows_unit(town.plot.pk, "8")
    assert not knows_unit(town.plot.pk, "")


def signed_in(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_the_units_are_told_by_plot_to_who_is_signed_in() -> None:
    town = t.a_permit_town()
    client = signed_in(town.citizen)
    assert client.get(f"{API}/units?number=2417").json() == {"units": []}
    a_building(town.plot, "k1", "12", name_ar="الواحة", name_en="Oasis")
    told = client.get(f"{API}/units?plot_id={town.plot.pk}").json()
    assert told == {
        "units": [
            {"written": "12", "number": "12", "floor": 0,
             "use": {"ar": "سكني", "en": "Residential"},
             "building": {"ar": "الواحة", "en": "Oasis"}},
        ]
    }  # fmt: skip
    assert client.get(f"{API}/units?number=٢٤١٧").json() == told
    assert Client().get(f"{API}/units?number=2417").status_code == 401
    for query in (
        "",
        "number=77777",
        "plot_id=x",
        "plot_id=" + "9" * 40,
        "plot_id=-1",
        "number=%00",
    ):
        assert client.get(f"{API}/units?{query}").status_code in (400, 404, 422), query
    assert client.get(f"{API}/units?number=2417&holder=x").status_code == 400


def test_a_unit_of_the_list_is_known_to_the_officer_and_another_one_may_still_be_written() -> None:
    town = t.a_permit_town()
    a_building(town.plot, "k1", "1", name_ar="الواحة")
    a_building(town.plot, "k2", "1", name_ar="النخيل")
    known = t.submitted(town, at=NOW, unit="1 (النخيل)")
    other = t.submitted(town, at=NOW, unit="ملحق", plate_key=t.OTHER_PLATE)
    client = signed_in(town.officers["registrar"])
    page = client.get(f"/cases/{known.public_id}/").content.decode()
    assert "1 (النخيل)" in page and "غير معروفة" not in page
    page = client.get(f"/cases/{other.public_id}/").content.decode()
    assert "ملحق" in page and "غير معروفة" in page
    assert request_of(known).unit == "1 (النخيل)"


def test_the_form_keeps_what_was_written_when_it_is_refused() -> None:
    town = t.a_permit_town()
    form = {"kind": "one_zone", "plot": "2417", "unit": "<b>12</b>", "plate": "", "months": "1"}
    page = signed_in(town.citizen).post("/parking/permits/new/", form)
    assert page.status_code == 422 and "&lt;b&gt;12&lt;/b&gt;" in page.content.decode()
