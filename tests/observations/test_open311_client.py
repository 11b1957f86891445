"""Another city's GeoReport server, a real process: ours, and such as live ones were seen to be."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from deploy import processes
from municipality.actor import SYSTEM
from municipality.far_web import NoAnswer, Web
from municipality.history.models import Entry
from municipality.problems import Problem
from observations.models import Category, Observation, Submission
from observations.open311.client import FarCity, NotTold
from observations.open311.foreign import OtherForm, rows_of
from observations.open311.forwarding import follow_up, forward
from observations.reports import publishing
from tests.journeys.processes import City, _environment, _start
from tests.notices.builders import until
from tests.observations.builders import AGENT, NOON, a_report, gps, spot
from tests.observations.leaks import lonlat
from tests.observations.test_open311 import make_city, shown
from tests.people.builders import a_key

COUNT = 120
LAST = dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)


def a_row(n: int) -> dict:
    """A request of the other city, one every 30 hours: five months of them."""
    lon, lat = lonlat(spot(20 * n % 900, 37 * n % 900))
    return {
        "service_request_id": f"R-{n:04}", "status": "closed" if n % 3 else "open",
        "service_name": "Potholes" if n % 2 else "Cans left out 24x7", "service_code": "W1",
        "requested_datetime": (LAST - dt.timedelta(hours=30 * n)).isoformat(),
        "updated_datetime": None, "address": f"Way {n} <&> شارع", "lat": lat, "long": lon,
    }  # fmt: skip


@pytest.fixture(scope="module")
def foreign(tmp_path_factory, real_data: Path) -> Iterator[str]:
    rows = tmp_path_factory.mktemp("open311") / "rows.json"
    rows.write_text(json.dumps([a_row(n) for n in range(COUNT)]), encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.peers.open311", str(rows), str(real_data / "open311")],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture(autouse=True)
def loopback(settings) -> None:
    settings.GEO_FAR_LOOPBACK = True


@pytest.fixture
def city(db) -> None:
    make_city()


def pull(url: str, tmp_path: Path, *more: str, code: int = 0, source: str = "Peer") -> dict:
    out = tmp_path / "out.json"
    out.unlink(missing_ok=True)
    asked = ["--since", "2026-05-01", "--until", "2026-11-24", "--source", source, *more]
    left = 0
    try:
        call_command(
            "pull_open311", url, *asked, "--report", str(out), stdout=StringIO(), stderr=StringIO()
        )
    except SystemExit as end:
        left = end.code
    assert left == code, out.read_text(encoding="utf-8")
    report = json.loads(out.read_text(encoding="utf-8"))
    assert report["read"] == report["accepted"] + report["repaired"] + report["refused"]
    return report


@pytest.mark.parametrize(
    ("quirk", "more"),
    [
        ("plain", ()), ("plain", ("--form", "xml")), ("wrapped", ()), ("texts", ()),
        ("texts", ("--form", "xml")), ("latest", ()), ("latest", ("--form", "xml")),
    ],
)  # fmt: skip
def test_every_request_comes_once_whatever_the_quirk(foreign, city, tmp_path, quirk, more) -> None:
    report = pull(f"{foreign}/{quirk}", tmp_path, *more)
    assert (report["read"], report["refused"]) == (COUNT, 0), report["verdicts"]
    rows = {row.external_id: row for row in Observation.objects.filter(source="Peer")}
    assert len(rows) == COUNT
    row, sent = rows["R-0007"], a_row(7)
    assert row.reported_at == dt.datetime.fromisoformat(sent["requested_datetime"])
    assert (row.category.code, row.get_status_display()) == ("potholes", "مغلق")
    assert row.address == sent["address"]
    assert (row.point.x, row.point.y) == pytest.approx(spot(140, 259).coords[0], abs=0.01)
    again = pull(f"{foreign}/{quirk}", tmp_path, *more)
    assert again["read"] == COUNT and Observation.objects.count() == COUNT
    assert again["asked"]["questions"] > 2


def test_a_moment_without_a_zone_is_read_by_the_map_file(foreign, city, tmp_path) -> None:
    told = tmp_path / "map.toml"
    told.write_text(
        '[time]\nzone = "UTC"\n[words.category]\n"Cans left out 24x7" = "potholes"\n',
        encoding="utf-8",
    )
    report = pull(f"{foreign}/no_zone", tmp_path, "--map", str(told))
    row = Observation.objects.get(external_id="R-0007")
    assert row.reported_at == dt.datetime.fromisoformat(a_row(7)["requested_datetime"])
    assert report["read"] == COUNT and report["new_categories"] == 0
    assert set(Observation.objects.values_list("category__code", flat=True)) == {"potholes"}


def test_a_dry_run_keeps_nothing_and_new_kinds_are_private_guests(foreign, city, tmp_path) -> None:
    report = pull(f"{foreign}/plain", tmp_path, "--dry-run")
    assert report["made"] and not Observation.objects.exists()
    pull(f"{foreign}/plain", tmp_path)
    assert Category.objects.get(code="cans_left_out_24x7").public is False


@pytest.mark.parametrize("name", ["toronto", "chicago"])
def test_published_answers_are_read_and_refused_for_lying_elsewhere(
    foreign, city, tmp_path, name
) -> None:
    form = ("--form", "xml") if name == "toronto" else ()
    report = pull(f"{foreign}/{name}", tmp_path, *form, code=1)
    assert (report["read"], report["refused"]) == (2, 2)
    assert report["verdicts"]["outside_city"] == 2
    assert not set(report["verdicts"]) & {
        "bad_date",
        "date_missing",
        "category_missing",
        "no_point",
    }


@pytest.mark.parametrize(
    ("quirk", "said"),
    [
        ("refuses", "start_date is too old"),
        ("html", "XML of another kind"),
        ("entities", "entities"),
        ("huge", ""),
    ],
)
def test_a_server_that_does_not_tell_changes_nothing(foreign, city, tmp_path, quirk, said) -> None:
    if quirk == "huge":
        city_ = FarCity(f"{foreign}/huge", Web(loopback=True, most_bytes=1_000_000))
        with pytest.raises(NotTold):
            city_.pull(since=LAST, until=LAST + dt.timedelta(days=1))
        return
    more = ("--form", "xml") if quirk in ("html", "entities") else ()
    report = pull(f"{foreign}/{quirk}", tmp_path, *more, code=1)
    assert not Observation.objects.exists()
    assert report["read"] == 0 and said in report["sentence"]["en"]


def test_this_machine_is_not_asked_unless_somebody_allowed_it(
    foreign, city, tmp_path, settings
) -> None:
    settings.GEO_FAR_LOOPBACK = False
    report = pull(f"{foreign}/plain", tmp_path, code=1)
    assert "not_outside" in report["sentence"]["en"] and not Observation.objects.exists()
    report = pull(f"{foreign}/to?at=http://10.0.0.1", tmp_path, code=1)
    assert not report["made"]


def test_bad_arguments_end_with_two(foreign) -> None:
    for more in (["--source", "a/b"], ["--source", "x", "--until", "2020-01-01"]):
        with pytest.raises(CommandError) as refused:
            call_command("pull_open311", foreign, "--since", "2026-01-01", *more)
        assert refused.value.returncode == 2


@pytest.mark.parametrize(
    "body",
    [
        b"{", b'"a"', b"[1]", b"<a", b"[" * 100_000, b"\xff\xfe", b"<?xml version='1.0' encoding='none'?><a/>",
        b'[[[[[[[{"service_request_id": 1}]]]]]]]', b"nothing",
    ],
)  # fmt: skip
def test_what_is_neither_json_nor_xml_of_the_standard_is_said_to_be(body) -> None:
    with pytest.raises(OtherForm):
        rows_of(body)


def test_ways_of_saying_the_same() -> None:
    same = {"service_request_id": "1", "lat": "1.5", "long": "2.5", "status": "open"}
    for body in (
        {"service_request_id": 1, "lat": 1.5, "lng": "2.5", "status": " open ", "description": ""},
        [
            {
                "service_request": {
                    "service_request_id": "1",
                    "location": {"lat": 1.5, "lng": 2.5},
                    "status": "open",
                }
            }
        ],
        {
            "requests": {
                "request": [
                    {"id": 1, "latitude": "1.5", "lon": 2.5, "status": "open", "address": "null"}
                ]
            }
        },
    ):
        assert rows_of(json.dumps(body).encode()) == [same]
    assert rows_of(b"") == rows_of(b"[]") == rows_of(b"<service_requests/>") == []


# --- sent on ---


def far(base: str, key: str = "their-key") -> FarCity:
    return FarCity(base, Web(loopback=True), key=key)


def posted(base: str) -> list[dict]:
    with urllib.request.urlopen(f"{base}/journal", timeout=10) as answer:
        return list(json.load(answer))


def test_a_report_is_sent_on_once_without_who_sent_it(foreign, city) -> None:
    made, before = a_report(gps(13, 30)), len(posted(foreign))
    told = forward(
        case=made.case, to=far(f"{foreign}/plain"), service_code="W1", by=SYSTEM, at=NOON
    )
    assert told == {"service_request_id": "12345"}
    (body,) = posted(foreign)[before:]
    assert set(body) == {"api_key", "service_code", "lat", "long", "description"}
    assert float(body["lat"]) == pytest.approx(lonlat(spot(13, 30))[1], abs=1e-6)
    with pytest.raises(Problem):
        forward(case=made.case, to=far(f"{foreign}/plain"), service_code="W1", by=SYSTEM, at=NOON)
    assert len(posted(foreign)) == before + 1
    assert Entry.objects.get(act="sent_by_open311").facts["service_request_id"] == "12345"


def test_a_token_is_followed_until_it_is_an_id(foreign, city) -> None:
    made, to = a_report(), far(f"{foreign}/token")
    assert forward(case=made.case, to=to, service_code="W1", by=SYSTEM, at=NOON) == {"token": "abc"}
    assert follow_up(case=made.case, to=to, token="abc", by=SYSTEM, at=NOON) is None
    assert follow_up(case=made.case, to=to, token="abc", by=SYSTEM, at=NOON) == "T-77"
    assert Entry.objects.get(act="open311_id").facts["service_request_id"] == "T-77"


def test_where_the_answer_was_lost_it_is_unknown_and_not_sent_again(foreign, city) -> None:
    made, to, before = a_report(), far(f"{foreign}/lost"), len(posted(foreign))
    with pytest.raises(NoAnswer):
        forward(case=made.case, to=to, service_code="W1", by=SYSTEM, at=NOON)
    assert (
        len(posted(foreign)) == before + 1 and Entry.objects.filter(act="open311_unknown").exists()
    )
    with pytest.raises(Problem):
        forward(case=made.case, to=to, service_code="W1", by=SYSTEM, at=NOON)
    assert len(posted(foreign)) == before + 1


def test_a_refusal_is_told_and_may_be_tried_again(foreign, city) -> None:
    made = a_report()
    with pytest.raises(NotTold, match="no such key"):
        forward(
            case=made.case, to=far(f"{foreign}/plain", "bad"), service_code="W1", by=SYSTEM, at=NOON
        )
    assert forward(
        case=made.case, to=far(f"{foreign}/plain"), service_code="W1", by=SYSTEM, at=NOON
    )


# --- our own server, as it is served ---


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The web process of the list, against the test database and as the application's role."""
    plan = processes.load()
    env = _environment(connection.settings_dict["NAME"], plan)
    env["GEO_SECRET_KEY"] = settings.SECRET_KEY  # by which the keys of partners are known
    place = City(f"http://127.0.0.1:{env['PORT']}", env, tmp_path)
    web = next(process for process in plan.processes if process.name == "web")
    process = _start(web, place)

    def answers() -> bool:
        with (
            suppress(OSError),
            urllib.request.urlopen(f"{place.base}/healthz", timeout=5) as answer,
        ):
            return bool(answer.status == 200)
        return False

    try:
        until(answers, seconds=60, what="the web process never answered")
        yield f"{place.base}/open311/v2"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=15)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.mark.django_db(transaction=True)
def test_what_our_own_server_shows_our_own_client_reads(served, tmp_path) -> None:
    make_city()
    made = [shown(gps(100 * n, 30), days_ago=2 + n) for n in range(5)]
    a_report(gps(900, 900), at=timezone.now() - dt.timedelta(days=3))  # not looked at
    since = (timezone.now() - dt.timedelta(days=30)).date().isoformat()
    today = (timezone.now() + dt.timedelta(days=1)).date().isoformat()
    for form in ("json", "xml"):
        more = ("--since", since, "--until", today, "--form", form)
        report = pull(served, tmp_path, *more, source=form)
        assert (report["read"], report["refused"]) == (5, 0), report["verdicts"]
        pulled = {row.external_id: row for row in Observation.objects.filter(source=form)}
        for one in made:
            row = pulled[str(one.observation.public_id)]
            assert row.category.code == "potholes"
            assert row.point.distance(one.shown_point) < 0.05
            assert row.point.distance(one.observation.point) > 1
    key = a_key("open311")
    told = forward(
        case=made[0].case, to=far(served, key), service_code="potholes", by=SYSTEM, at=NOON
    )
    arrived = Submission.objects.get(observation__public_id=told["service_request_id"])
    assert arrived.observation.point.distance(made[0].observation.point) < 0.05
    assert arrived.description == made[0].description
    publishing.hide(case_id=made[1].case_id, by=AGENT, at=NOON)
    assert pull(served, tmp_path, "--since", since, "--until", today, "--dry-run")["read"] == 4
