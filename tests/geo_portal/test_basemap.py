"""The city's basemap archive in ranges of bytes, and the hosts that pages may ask for a style."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_portal.home import checks
from geo_portal.home.basemap import Unsatisfiable, asked_range
from geo_portal.settings.environment import origins

BYTES = bytes(range(256)) * 40
pytestmark = pytest.mark.django_db
URL = "/basemap.pmtiles"


@pytest.fixture
def archive(tmp_path, settings):
    path = tmp_path / "city.pmtiles"
    path.write_bytes(BYTES)
    settings.GEO_MAP_PMTILES = str(path)
    return path


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def test_a_range_is_answered_with_exactly_its_bytes(client, archive) -> None:
    response = client.get(URL, headers={"Range": "bytes=100-355"})
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes 100-355/{len(BYTES)}"
    assert response["Content-Length"] == "256"
    assert body(response) == BYTES[100:356]
    assert response["ETag"] and response["Accept-Ranges"] == "bytes"


def test_the_last_bytes_and_an_open_end(client, archive) -> None:
    assert body(client.get(URL, headers={"Range": "bytes=-16"})) == BYTES[-16:]
    assert body(client.get(URL, headers={"Range": "bytes=10000-"})) == BYTES[10000:]
    long = client.get(URL, headers={"Range": "bytes=10000-99999999"})
    assert long["Content-Range"] == f"bytes 10000-{len(BYTES) - 1}/{len(BYTES)}"


def test_without_a_range_the_whole_file_comes(client, archive) -> None:
    response = client.get(URL)
    assert response.status_code == 200
    assert body(response) == BYTES
    assert client.get(URL, headers={"If-None-Match": response["ETag"]}).status_code == 304


def test_a_range_past_the_end_is_told_the_size(client, archive) -> None:
    response = client.get(URL, headers={"Range": f"bytes={len(BYTES)}-"})
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(BYTES)}"


def test_a_part_of_another_file_is_not_mixed_in(client, archive) -> None:
    old = client.get(URL, headers={"Range": "bytes=0-9"})["ETag"]
    archive.write_bytes(BYTES[::-1] + b"more")
    response = client.get(URL, headers={"Range": "bytes=0-9", "If-Range": old})
    assert response.status_code == 200
    assert body(response) == BYTES[::-1] + b"more"


@given(st.text(alphabet="bytes=-,0123456789 x", max_size=20), st.integers(0, 5000))
def test_no_range_header_breaks_it(header: str, size: int) -> None:
    try:
        found = asked_range(header, size=size)
    except Unsatisfiable:
        return
    assert found is None or 0 <= found[0] < found[1] <= size


def test_no_archive_is_not_found_and_said_at_the_start(client, settings, tmp_path) -> None:
    assert client.get(URL).status_code == 404
    settings.GEO_MAP_PMTILES = str(tmp_path / "gone.pmtiles")
    assert client.get(URL).status_code == 404
    assert [found.id for found in checks.the_basemap_is_there()] == ["geo.W001"]


def test_the_page_is_told_the_archive_of_now(client, archive) -> None:
    assert "/basemap.pmtiles?v=" in client.get("/").content.decode()


def test_the_address_holds_no_path(client, archive) -> None:
    for path in ("/basemap.pmtiles/../city.pmtiles", "/basemap.pmtiles/etc/passwd"):
        assert client.get(path).status_code == 404


def test_the_policy_names_the_hosts_of_the_settings_and_no_more() -> None:
    assert origins("https://maps.example.org/a/style.json?key=1", "/static/own.json", "") == [
        "https://maps.example.org"
    ]
    assert origins("http://[::1]:8080/s.json", "http://[::1]:8080/d.json") == ["http://[::1]:8080"]


@pytest.mark.parametrize(
    "address",
    [
        "*",
        "https://*.example.org/s.json",
        "ftp://a/s",
        "https://a b/",
        "//a",
        "https://a;script-src *",
    ],
)
def test_an_address_that_would_widen_the_policy_stops_the_start(address) -> None:
    with pytest.raises(ValueError, match="not an address"):
        origins(address)


def test_nothing_is_allowed_beyond_our_own_host_by_default(client) -> None:
    policy = client.get("/sign-in/")["Content-Security-Policy"]
    assert "connect-src 'self'" in policy.split("; ") and "http" not in policy
