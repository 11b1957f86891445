"""The vehicle register asked over HTTP of a process of its own; the zone of a plot in words."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from municipality import crs
from municipality.far_register import Outcome
from parking_zones.models import Bay, PermitRequest
from parking_zones.parking_permits import vehicle_register
from parking_zones.parking_permits.jobs import ask_vehicle_register
from parking_zones.parking_permits.vehicle_register import (
    Answer,
    HttpRegister,
    configured,
    is_owner,
)
from parking_zones.parking_permits.zoning import find_zone
from plots.models import Building, Title, TitleShare, Unit
from plots.register.ministry import Sameness
from plots.register.queries import plot_on
from tests import builders as b
from tests.cases.builders import MORNING
from tests.codebase.test_habits import ROOT
from tests.importing.files import imported
from tests.parking_permits import town as t
from tests.parking_permits.builders import a_bay, a_permit, the_prices

OWNER = {"name": "سالم بن سعيد الحارثي", "number": "12345678", "as_of": "2026-11-01"}
KNOWN = {
    "/vehicles OM-1111-B": {"plate": "OM-1111-B", **OWNER},
    "/vehicles OM-2-B": {"plate": "OM-1111-B", **OWNER},  # about another one
    "/vehicles OM-3-B": {"plate": "OM-3-B", "name": "", "as_of": "2026-11-01"},
    "/vehicles OM-4-B": {"raw": "[1]"},
    "/vehicles OM-5-B": {"raw": '{"plate": '},
    "/vehicles OM-6-B": {"status": 503},
    "/vehicles OM-7-B": {"silent": True},
    "/people 12345678": {"civil_number": "12345678", **OWNER},
}  # fmt: skip


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """A running register."""
    path = tmp_path_factory.mktemp("register") / "known.json"
    path.write_text(json.dumps(KNOWN), encoding="utf-8")
    command = [sys.executable, "-m", "tests.peers.vehicle_register", str(path)]
    peer = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "REGISTER_KEY": "k"},
    )  # fmt: skip
    assert peer.stdout is not None
    yield f"http://127.0.0.1:{int(peer.stdout.readline())}"
    peer.kill()
    peer.wait()


def test_an_owner_is_found_and_another_plate_is_not(address: str) -> None:
    register = HttpRegister(url=address, key="k")
    found = register.owner_of("OM-1111-B")
    assert (found.outcome, found.name, found.as_of) == (Outcome.FOUND, OWNER["name"], "2026-11-01")
    assert register.owner_of("OM-9-B").outcome is Outcome.NOT_FOUND
    assert register.person_of("12345678").name == OWNER["name"]


@pytest.mark.parametrize("plate", ["OM-2-B", "OM-3-B", "OM-4-B", "OM-5-B", "OM-6-B", "OM-7-B"])
def test_what_is_no_sound_answer_is_unknown(address: str, plate: str, monkeypatch) -> None:
    monkeypatch.setattr(vehicle_register, "SILENT_S", 0.5)
    answer = HttpRegister(url=address, key="k").owner_of(plate)
    assert answer.outcome is Outcome.UNKNOWN and answer.why is not None and not answer.name


def test_a_wrong_key_a_closed_door_and_no_address_are_unknown(address: str, settings) -> None:
    assert HttpRegister(url=address, key="no").owner_of("OM-1111-B").outcome is Outcome.UNKNOWN
    gone = HttpRegister(url="http://127.0.0.1:9", key="k")
    assert gone.owner_of("OM-1111-B").outcome is Outcome.UNKNOWN
    settings.GEO_VEHICLE_REGISTER_URL = ""
    for answer in (configured().owner_of("OM-1111-B"), configured().person_of("1")):
        assert answer.outcome is Outcome.UNKNOWN and answer.why is vehicle_register.NOT_CONNECTED
    with pytest.raises(ValueError, match="https only"):
        HttpRegister(url="http://register.example", key="k")


def test_owners_are_compared_and_an_unknown_register_says_nothing() -> None:
    found = Answer(Outcome.FOUND, "سالم بن سعيد الحارثي", "12345678")
    assert is_owner("سالم", "12345678", found) is Sameness.SAME
    assert is_owner("مريم البلوشية", "9", found) is Sameness.DIFFERENT
    assert is_owner("سالم الحارثي", "", found) is Sameness.UNKNOWN
    assert is_owner("سالم", "12345678", Answer(Outcome.UNKNOWN)) is Sameness.UNKNOWN


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("at", "share", "zones", "word"),
    [
        ((10, 10), "inside", ["7"], "wholly"), ((190, 10), "ambiguous", ["7", "8"], "several"),
        ((390, 10), "near_edge", ["8"], "part"), ((900, 10), "outside", [], "no parking zone"),
        ((180, 10), "inside", ["7"], "wholly"),  # it touches the border and is in one
    ],
)  # fmt: skip
def test_the_zone_of_a_plot_is_told_and_never_guessed(at, share, zones, word) -> None:
    b.the_weekends()
    b.the_paid_hours()
    b.a_tariff()
    the_prices()
    b.a_zone("7", b.square(0, 0, 200))
    b.a_zone("8", b.square(200, 0, 200), name_ar="روي", name_en="Ruwi")
    plot = b.a_plot(shape=b.square(*at))
    finding = find_zone(plot=plot_on(plot_id=plot.pk, on=MORNING.date()), at=MORNING)
    assert (finding.share.value, [zone.number for zone in finding.zones]) == (share, zones)
    assert word in finding.sentence.en and "2417" in finding.sentence.ar
    for zone in finding.zones:
        assert zone.name_ar in finding.sentence.ar


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("plate", "name", "same", "shown"),
    [
        ("OM-1111-B", "سالم بن سعيد الحارثي", "same", "المالك هو مقدم الطلب"),
        ("OM-1111-B", "مريم البلوشية", "different", "المالك غير مقدم الطلب"),
        ("OM-6-B", "سالم بن سعيد الحارثي", "unknown", "غير معلوم: راجع الورقة"),
    ],
)
def test_the_worker_asks_the_register_and_the_officer_reads_what_it_said(
    address, settings, monkeypatch, client, plate, name, same, shown
) -> None:
    monkeypatch.setenv("REGISTER_KEY", "k")
    settings.GEO_VEHICLE_REGISTER_URL, settings.GEO_VEHICLE_REGISTER_KEY = address, "k"
    town = t.a_permit_town()
    town.citizen.first_name, town.citizen.last_name = name, ""
    town.citizen.save()
    case = t.submitted(town, plate_key=plate)
    ask_vehicle_register.call(case.pk)
    request = PermitRequest.objects.get(case=case)
    assert request.vehicle_answer["vehicle"]["same"] == same
    assert "الحارثي" not in str(request.vehicle_answer)  # the register's name is not kept
    client.force_login(town.officers["registrar"])
    assert shown in client.get(f"/cases/{case.public_id}/").content.decode()
    client.force_login(town.citizen)  # the register is not for the applicant's eyes
    assert shown not in client.get(f"/cases/{case.public_id}/").content.decode()


@pytest.mark.django_db
def test_the_officer_reads_whether_the_applicant_owns_the_plot_and_the_unit_is_known(
    client,
) -> None:
    town = t.a_permit_town()
    case = t.submitted(town, unit="12")
    client.force_login(town.officers["registrar"])
    page = client.get(f"/cases/{case.public_id}/").content.decode()
    assert "سجل الملكيات" in page and "غير معروفة" in page
    title = Title.objects.create(
        deed_number="D-1", plot=town.plot, valid=b.ALWAYS, source="test", as_of=MORNING.date()
    )
    TitleShare.objects.create(
        title=title, position=1, owner_name=town.citizen.full_name, numerator=1, denominator=1
    )
    building = Building.objects.create(
        register_key="b1", plot=town.plot, footprint=town.plot.boundary, use_class="residential"
    )
    Unit.objects.create(building=building, number="12")
    page = client.get(f"/cases/{case.public_id}/").content.decode()
    assert "مقدم الطلب مالك القطعة" in page and "معروفة" in page and "غير معروفة" not in page
    client.force_login(town.citizen)
    assert "سجل الملكيات" not in client.get(f"/cases/{case.public_id}/").content.decode()


@pytest.mark.django_db
def test_a_survey_of_bays_takes_away_none_that_a_permit_holds(tmp_path) -> None:
    held, free = a_bay("b1"), a_bay("b2")
    a_permit(kind="reserved_bay", bay=held, plate="")
    other = b.square(300, 300, 3)
    path = tmp_path / "bays.csv"
    lon, lat = crs.lonlat(other.centroid.x, other.centroid.y)
    path.write_text(f"bay_id,kind,lon,lat\nb3,public,{lon},{lat}\n", encoding="utf-8")
    imported(path, "bays", extent="full")
    assert set(Bay.objects.values_list("register_key", flat=True)) == {"b1", "b3"}
    assert not Bay.objects.filter(pk=free.pk).exists()
