"""The description of the API is true, and no address falls over whatever it is asked."""

import json
import re
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_portal.api import api
from municipality.conf import PROFILE
from tests.builders import a_plot, a_wilayat, a_zone, the_paid_hours, the_weekends

pytestmark = pytest.mark.django_db

JUNK = st.one_of(
    st.sampled_from(
        ["", "nan", "inf", "-inf", "1e999", "-1", "0", "1e308", "٢٤١٧", "58.4", "23.6", "9" * 40, "1_000", "0x1",
         "2016-01-01", "2016-02-30", "9999-12-31", "0001-01-01", "2016-01-01T00:00:00+14:00", "null", "{}", "[]",
         "a,b,c", "58,23,59,24", "58,23,59", "59,24,58,23", "nan,nan,nan,nan", "-180,-90,180,90", "800", "50", "77",
         "'; DROP TABLE plots_plot; --", "../../etc/passwd", "%00", "\u202e", "ﷺ" * 20, "seeb", "waste", "new"]
    ),
    st.text(max_size=30),
    st.floats().map(str),
    st.integers().map(str),
)  # fmt: skip


def operations() -> list[tuple[str, list[str], list[str]]]:
    """Every GET address with the names of its path and query parameters."""
    found = []
    for path, methods in api.get_openapi_schema()["paths"].items():
        if "get" in methods:
            parameters = methods["get"].get("parameters", [])
            in_path = [p["name"] for p in parameters if p["in"] == "path"]
            found.append((path, in_path, [p["name"] for p in parameters if p["in"] == "query"]))
    return found


def test_document_is_valid_openapi_3_1(client) -> None:
    from openapi_spec_validator import validate

    document = json.loads(client.get("/api/openapi.json").content)
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_docs_page_asks_no_other_host(client) -> None:
    page = client.get("/api/docs").content.decode()
    assert "http://" not in page and "https://" not in page and "//cdn" not in page


def test_every_moment_goes_out_in_utc(client) -> None:
    plot = a_plot(number="77", key="77").pk
    point = {"lon": str(PROFILE.centre[0]), "lat": str(PROFILE.centre[1])}
    at = {**point, "at": "2026-11-22T10:00:00+04:00"}
    addresses = [
        ("/api/parking/zones", {"at": at["at"]}), ("/api/parking/zones/at", at),
        ("/api/plots/at", point), ("/api/plots", {"number": "77"}), (f"/api/plots/{plot}", {}),
        (f"/api/plots/{plot}/here", {}), (f"/api/plots/{plot}/restrictions", {}),
        ("/api/heat/summary", {}), ("/api/heat/cells", {}), ("/api/observations/categories", {}),
    ]  # fmt: skip
    seen = []
    for address, query in addresses:
        answer = client.get(address, query)
        assert answer.status_code == 200, (address, answer.content)
        found = re.findall(r'"(\d{4}-\d\d-\d\dT[^"]*)"', answer.content.decode())
        seen += found
        assert all(re.fullmatch(r"[-0-9]{10}T[:0-9]{8}Z", text) for text in found), (address, found)
    assert "2026-11-22T06:00:00Z" in seen and "2026-11-22T09:00:00Z" in seen
    document = client.get("/api/openapi.json").json()
    assert "UTC" in document["info"]["description"]


@pytest.mark.parametrize(
    ("path", "in_path", "names"), operations(), ids=lambda value: str(value)[:60]
)
def test_described_parameters_are_known_to_the_address(client, path, in_path, names) -> None:
    """An unknown parameter is refused by name; a described one never is."""
    address = path
    for name in in_path:
        address = address.replace(f"{{{name}}}", "geojson" if name == "kind" else "1")
    response = client.get(address, {"no_such_parameter": "1"})
    if path.startswith("/api/") and not path.startswith("/api/session"):
        assert response.status_code in (400, 401, 404), response.content[:200]
    for name in names:
        response = client.get(address, {name: "1"})
        if response.status_code == 400:
            assert response.json()["type"] != "/problems/unknown_parameter", name


@settings(max_examples=60)
@given(st.data())
def test_no_question_breaks_the_server(client, data) -> None:
    path, in_path, names = data.draw(st.sampled_from(operations()))
    for name in in_path:
        path = path.replace(f"{{{name}}}", quote(data.draw(JUNK), safe="") or "1")
    query = data.draw(st.dictionaries(st.sampled_from([*names, "unknown"]), JUNK, max_size=5))
    try:
        response = client.get(path, query)
    except UnicodeEncodeError:  # a lone surrogate is no address at all
        return
    assert response.status_code < 500
    if response.status_code >= 400 and path.startswith("/api/"):
        assert "problem+json" in response["Content-Type"] and json.loads(response.content)["detail"]


@pytest.fixture(autouse=True)
def something_to_find():
    the_weekends()
    the_paid_hours()
    a_plot(wilayat=a_wilayat())
    a_zone()
