"""The public register: number, plot, kind, state, dates; never a name, a drawing, a footprint."""

import csv
import datetime as dt
import io
import xml.etree.ElementTree as ET
from typing import Any

import pytest
import shapely
from django.test import Client

from municipality.stored import shape_of
from plots.building_permits.issuing import _new_permit
from plots.building_permits.jobs import expire_permits, stamp_permit
from plots.building_permits.models import BuildingPermit
from plots.building_permits.queries import application_of
from plots.building_permits.register import Wanted, found_permits, permit_numbered
from tests.building_permits import office as o
from tests.cases.builders import MORNING

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
SECRETS = ("سالم", "مكتب", "+968", "96892123456")


@pytest.fixture
def permit() -> BuildingPermit:
    """A permit in the register; its papers are not stamped, which takes seconds."""
    town = o.a_permit_town()
    case = o.until(town, o.an_application(town), "registration")
    return _new_permit(application_of(case), case, on=MORNING.date(), at=MORNING)


@pytest.fixture
def stamped() -> BuildingPermit:
    """A permit with all its papers."""
    town = o.a_permit_town()
    case = o.until(town, o.an_application(town), "stamping")
    stamp_permit.call(case.pk)
    return BuildingPermit.objects.get()


def test_every_form_of_the_register_holds_the_open_facts_and_no_other(
    permit, client: Client
) -> None:
    year, serial = permit.number.split("/")[::-1]
    for path in (
        "/permits/", "/en/permits/", f"/permits/{year}/{serial}/", "/permits/open.csv",
        "/permits/open.geojson", "/permits/feed.atom",
    ):  # fmt: skip
        answer = client.get(path)
        text = answer.getvalue().decode()
        assert answer.status_code == 200, path
        assert permit.number in text and not any(secret in text for secret in SECRETS), path


def test_open_data_is_the_ground_of_the_plot_and_not_the_building(permit, client: Client) -> None:
    feature = client.get("/permits/open.geojson").json()["features"][0]
    ground = shapely.from_geojson(str(feature["geometry"]).replace("'", '"'))
    assert len(shapely.get_coordinates(ground)) == len(
        shapely.get_coordinates(shape_of(permit.place))
    )
    assert set(feature["properties"]) == {
        "number", "work", "rank", "state", "plot", "wilayat", "area", "issued_on", "valid_until",
    }  # fmt: skip
    whole = client.get("/permits/open.geojson").json()
    assert (whole["numberMatched"], whole["numberReturned"]) == (1, 1)
    rows = list(
        csv.DictReader(io.StringIO(client.get("/permits/open.csv").getvalue().decode()[1:]))
    )
    assert rows[0]["number"] == permit.number and rows[0]["plot"] == "3041"


def test_the_feed_is_atom_with_an_entry_a_permit(permit, client: Client) -> None:
    feed: Any = ET.fromstring(client.get("/permits/feed.atom").content.decode())
    assert len(feed.findall(f"{ATOM}entry")) == 1


def test_the_feed_moves_when_a_permit_ends(permit, client: Client) -> None:
    BuildingPermit.objects.create(
        number="9/2026", work="new", rank="major", valid=("2026-11-23", "2099-01-01"),
        issued_at=MORNING + dt.timedelta(hours=1), plot_numbers="1", place=permit.place,
    )  # fmt: skip

    def told() -> list[tuple[str | None, bool]]:
        feed: Any = ET.fromstring(client.get("/permits/feed.atom").content.decode())
        found = []
        for entry in feed.findall(f"{ATOM}entry"):
            moved = entry.findtext(f"{ATOM}updated") != entry.findtext(f"{ATOM}published")
            found.append((entry.findtext(f"{ATOM}title", "").split(" ")[0], moved))
        return found

    assert told() == [("9/2026", False), (permit.number, False)]
    permit.turn(BuildingPermit.State.REVOKED, at=MORNING + dt.timedelta(days=1))
    assert told() == [(permit.number, True), ("9/2026", False)]


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (Wanted(), 1), (Wanted(text="٣٠٤١"), 1), (Wanted(text="9"), 0), (Wanted(work="new"), 1),
        (Wanted(work="renewal"), 0), (Wanted(state="valid"), 1), (Wanted(state="revoked"), 0),
        (Wanted(year=1999), 0), (Wanted(wilayat="nowhere"), 0), (Wanted(work="'; --"), 1),
    ],
)  # fmt: skip
def test_permits_are_found_by_what_people_know(permit, wanted: Wanted, count: int) -> None:
    assert found_permits(wanted).count() == count


def test_a_number_is_read_in_any_digits_and_a_guessed_one_is_not_there(permit, client) -> None:
    serial, year = permit.number.split("/")
    arabic = f"{serial} / {year}".translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert permit_numbered(arabic) == permit
    assert client.get(f"/permits/{year}/{int(serial) + 1}/").status_code == 404


@pytest.mark.parametrize("query", ["year=99999999999", "page=x", "q=%00", "work=%F0", "year=-1"])
def test_odd_questions_are_answered_all_the_same(permit, client: Client, query: str) -> None:
    assert client.get(f"/permits/?{query}").status_code == 200


def test_the_map_has_a_layer_of_permits_for_everybody(permit, client: Client) -> None:
    told = client.get("/tiles/building_permits.json").json()
    lon, lat, zoom = told["center"]
    assert {"number", "plot", "work", "state"} <= set(told["vector_layers"][0]["fields"])
    assert zoom == 16 and 57 < lon < 60 and 22 < lat < 25


def test_a_number_leads_from_the_verification_page_and_a_code_shows_the_ground(
    stamped, client
) -> None:
    permit = stamped
    serial, year = permit.number.split("/")
    led = client.get("/verify/", {"code": permit.number})
    assert led.status_code == 302 and led["Location"].endswith(f"/permits/{year}/{serial}/")
    page = client.get(f"/verify/{permit.paper.code}").content.decode()
    assert 'class="approved"' in page and page.count('class="part"') == 3
    drawing = permit.drawings.first().paper.code
    assert 'class="approved"' in client.get(f"/verify/{drawing}").content.decode()
    assert not any(secret in page for secret in SECRETS)


def test_a_permit_whose_last_day_is_over_is_said_to_be_expired(permit, client) -> None:
    BuildingPermit.objects.update(valid=("2020-01-01", "2022-01-01"))
    expire_permits()
    expire_permits()
    permit.refresh_from_db()
    assert permit.state == "expired"
    assert "انتهت مدتها" in client.get("/permits/").content.decode()


def test_a_permit_whose_time_is_over_is_genuine_and_said_to_be_over(monkeypatch) -> None:
    from tests.building_permits import works as w

    w.unsigned(monkeypatch)
    town = w.a_works_town()
    permit = w.begun(town).permit
    permit.refresh_from_db()
    address = f"/verify/{permit.paper.code}"
    assert "وثيقة سارية" in Client().get(address).content.decode()
    BuildingPermit.objects.update(valid=(dt.date(2020, 1, 1), dt.date(2022, 1, 1)))
    page = Client().get(address).content.decode()  # before the clock has ended it, too
    assert "وثيقة أصلية انتهت مدتها" in page and "وثيقة سارية" not in page
