"""Edits of zones over HTTP: dated, kept whole or not at all, refused in a sentence."""

import datetime as dt
import json
import threading

import pytest
import shapely
from django.db import connection, connections, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from municipality.history.queries import entries
from municipality.stored import shape_of
from parking_zones.models import TicketTerms, Zone, ZoneVersion
from parking_zones.zones.book import zone_book
from parking_zones.zones.editing import saving
from tests import builders as b
from tests.effort import processor_s
from tests.parking_zones.edit_town import (
    API,
    a_manager,
    a_street,
    a_ticket,
    lonlat,
    move,
    today,
    tomorrow,
)

pytestmark = pytest.mark.django_db

OUT = move(100, 100, 10, 0)  # the corner that zones 7 and 8 share
NEW = {"number": "12", "name_ar": "جديدة", "name_en": "New"}


def versions(number: str) -> list[tuple[int, str]]:
    """The versions of a zone with their days."""
    rows = ZoneVersion.objects.filter(zone__number=number).order_by("version")
    return [
        (r.version, "empty" if r.valid.isempty else f"{r.valid.lower}..{r.valid.upper or ''}")
        for r in rows
    ]


def test_a_shared_corner_moves_in_exactly_its_two_zones_from_the_day_on() -> None:
    a_street()
    manager = a_manager()
    opened = manager.open()
    assert opened["from"] == str(tomorrow()) and opened["later"] is None
    checked = manager.sends("check", opened, OUT).json()
    assert checked["concerned"] == ["7", "8"] and checked["can_be_saved"]
    assert checked["faults"]["features"] == []
    before = ZoneVersion.objects.count()
    kept = manager.keeps(opened, OUT)
    assert kept.status_code == 201, kept.content
    assert kept.json()["zones"] == [{"number": "7", "version": 2}, {"number": "8", "version": 2}]
    assert ZoneVersion.objects.count() == before + 2
    day = tomorrow()
    assert versions("7") == [(1, f"2016-10-16..{day}"), (2, f"{day}..")]
    assert versions("9") == [(1, "2016-10-16..")]
    book = zone_book()  # the stamps rose: what is kept in the process was read anew
    now, then = book.numbered("7", day=today()), book.numbered("7", day=day)
    assert now and then and then.boundary.area == pytest.approx(now.boundary.area + 500)
    (entry,) = entries(saving.stream_of("paid"))
    assert entry.act == "edit" and entry.facts["operations"] == {"move": 1}
    assert entry.facts["source"] == "قرار 12/2026"
    assert [zone["number"] for zone in entry.facts["zones"]] == ["7", "8"]
    served = manager.client.get(f"/api/parking/zones?at={day}T10:00:00%2B04:00").json()["features"]
    assert {f["properties"]["number"]: f["properties"]["version"] for f in served}["7"] == 2


def test_an_edit_is_no_edit_of_days_before_it() -> None:
    a_street()
    manager = a_manager()
    later = tomorrow() + dt.timedelta(days=30)
    assert manager.keeps(manager.open(on=str(later)), OUT).status_code == 201
    early = manager.open()
    assert early["later"] == str(later)
    refused = manager.keeps(early, move(200, 100, 5, 0))
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/zones_change_later")
    again = manager.keeps(manager.open(on=str(later)), move(110, 100, 3, 0))
    assert again.status_code == 201
    assert versions("7") == [(1, f"2016-10-16..{later}"), (2, "empty"), (3, f"{later}..")]
    assert zone_book().numbered("7", day=later).version == 3
    assert len([z for z in zone_book().on_day(later) if z.number == "7"]) == 1


@pytest.mark.parametrize(
    ("days", "more", "status", "code"),
    [
        (-1, {}, 422, "bad_value"),
        (0, {}, 422, "bad_value"),
        (0, {"correction": True}, 201, None),
        (1, {}, 201, None),
    ],
)
def test_today_is_only_corrected_and_the_past_never(days, more, status, code) -> None:
    a_street()
    manager = a_manager()
    opened = manager.open(on=str(today() + dt.timedelta(days=days)))
    kept = manager.keeps(opened, OUT, **more)
    assert kept.status_code == status, kept.content
    assert code is None or kept.json()["type"].endswith(code)


def test_what_was_applied_today_is_not_corrected() -> None:
    street = a_street()
    manager = a_manager()
    a_ticket(street.zones["8"], timezone.now(), minutes=90)
    opened = manager.open(on=str(today()))
    refused = manager.keeps(opened, OUT, correction=True)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/zone_applied")
    assert "8" in refused.json()["detail"]
    beside = manager.keeps(opened, move(300, 100, 4, 0), correction=True)  # zone 9 alone
    assert beside.status_code == 201 and versions("9")[1] == (2, f"{today()}..")


def test_a_stale_edit_is_told_who_changed_the_zones_and_when() -> None:
    a_street()
    first, second = a_manager("hilal"), a_manager("salma")
    opened = first.open(), second.open()
    assert first.keeps(opened[0], OUT).status_code == 201
    for what in ("check", "preview"):
        assert second.sends(what, opened[1], OUT).status_code == 409
    refused = second.keeps(opened[1], move(200, 100, 0, 9))
    assert refused.status_code == 409
    told = refused.json()
    assert told["type"] == "/problems/zones_changed"
    assert told["changed_by"] == entries(saving.stream_of("paid")).get().person_name
    assert told["changed_by"] in told["detail"] and told["changed_at"].endswith("Z")
    assert len(versions("8")) == 2
    assert second.keeps(second.open(), move(200, 100, 0, 9)).status_code == 201


def test_control_without_the_token_a_stale_edit_is_kept_unseen(monkeypatch) -> None:
    a_street()
    first, second = a_manager("hilal"), a_manager("salma")
    opened = first.open(), second.open()
    assert first.keeps(opened[0], OUT).status_code == 201
    monkeypatch.setattr(saving, "base_of", lambda e: saving.read_base(kind=e.kind, day=e.day))
    assert second.keeps(opened[1], move(200, 100, 0, 9)).status_code == 201
    told = [entry.person_name for entry in entries(saving.stream_of("paid"))]
    assert len(told) == 2  # the second never saw what the first had made of zone 8


def test_a_zone_closed_meanwhile_makes_the_edit_stale() -> None:
    a_street()
    first, second = a_manager("hilal"), a_manager("salma")
    opened = second.open()
    assert first.keeps(first.open(), {"op": "close", "zone": "8"}).status_code == 201
    assert second.keeps(opened, OUT).status_code == 409
    gone = second.sends("check", second.open(), {"op": "merge", "zone": "8", "into": "7"}).json()
    assert gone["type"] == "/problems/zone_edit_refused"
    assert gone["errors"][0]["pointer"] == "operations/0"


def test_a_number_that_is_taken_is_told_of_the_number() -> None:
    a_street()
    manager = a_manager()
    corners = [lonlat(x, y) for x, y in ((300, 0), (360, 0), (360, 100))]
    draw = {"op": "draw", "corners": corners, **NEW, "number": "8"}
    refused = manager.sends("check", manager.open(), OUT, draw).json()
    (wrong,) = refused["errors"]
    assert wrong["pointer"] == "operations/1/number" and wrong["detail"].startswith("The number 8")
    assert refused["detail"].startswith("Operation 2: The number 8")


def test_draw_split_merge_and_close_write_zones_and_end_them() -> None:
    a_street()
    manager = a_manager()
    corners = [lonlat(x, y) for x, y in ((300, 0), (360, 0), (360, 100), (300, 100))]
    split = {"op": "split", "zone": "7", "line": [lonlat(0, 60), lonlat(100, 60)],
             "number": "١٣", "name_ar": "شمالية", "name_en": "North"}  # fmt: skip
    kept = manager.keeps(
        manager.open(),
        {"op": "draw", "corners": corners, **NEW},
        split,
        {"op": "merge", "zone": "9", "into": "8"},
    )
    assert kept.status_code == 201, kept.content
    told = {zone["number"]: zone["version"] for zone in kept.json()["zones"]}
    assert told == {"7": 2, "8": 2, "12": 1, "13": 1, "9": None}
    day = tomorrow()
    areas = {z.number: round(z.boundary.area) for z in zone_book().on_day(day)}
    assert areas == {"7": 6000, "8": 20000, "12": 6000, "13": 4000}
    assert versions("9") == [(1, f"2016-10-16..{day}")]
    made = Zone.objects.get(number="12")
    assert (made.kind, made.name_ar, made.name_en) == ("paid", "جديدة", "New")
    taken = manager.sends("check", manager.open(), {"op": "draw", "corners": corners, **NEW})
    assert taken.status_code == 422 and "12" in taken.json()["detail"]


def test_overlaps_are_shown_with_their_shape_and_cannot_be_saved() -> None:
    a_street()
    manager = a_manager()
    opened = manager.open()
    corners = [lonlat(x, y) for x, y in ((280, 10), (360, 10), (360, 90), (280, 90))]
    draw = {"op": "draw", "corners": corners, **NEW}
    checked = manager.sends("check", opened, draw).json()
    (fault,) = checked["faults"]["features"]
    assert fault["properties"]["wrong"] == "overlap" and not checked["can_be_saved"]
    assert fault["properties"]["zones"] == ["9", "12"] and fault["properties"]["m2"] == 1600
    assert fault["geometry"]["type"] == "MultiPolygon" and "1,600" in fault["properties"]["words"]
    for send in (manager.keeps, lambda *a: manager.sends("preview", *a)):
        refused = send(opened, draw)
        assert (refused.status_code, refused.json()["type"]) == (422, "/problems/not_a_coverage")
    assert not Zone.objects.filter(number="12").exists()
    assert manager.keeps(opened, draw, {"op": "give", "to": "12", "of": "9"}).status_code == 201
    shapes = [z.boundary for z in zone_book().on_day(tomorrow())]
    assert shapely.coverage_is_valid(shapes)


def test_control_without_the_check_an_overlap_is_stored(monkeypatch) -> None:
    a_street()
    manager = a_manager()
    corners = [lonlat(x, y) for x, y in ((280, 10), (360, 10), (360, 90), (280, 90))]
    draw = {"op": "draw", "corners": corners, **NEW}
    monkeypatch.setattr(saving, "faults", lambda *args, **named: [])
    assert manager.keeps(manager.open(), draw).status_code == 201
    shapes = [shape_of(v.boundary) for v in ZoneVersion.objects.filter(valid__contains=tomorrow())]
    assert not shapely.coverage_is_valid(shapes)


def test_what_the_tables_hold_is_checked_before_the_transaction_ends(monkeypatch) -> None:
    """Something beside the editor writes another boundary: nothing is kept."""
    a_street()
    manager = a_manager()
    monkeypatch.setattr(saving, "geos_of", lambda shape: b.multi(b.square(0, 0, 150)))
    with pytest.raises(saving.NotStored):
        manager.keeps(manager.open(), OUT)
    assert versions("7") == [(1, "2016-10-16..")]
    assert not entries(saving.stream_of("paid")).exists()


def test_a_new_zone_in_which_a_minute_has_no_rule_is_refused() -> None:
    a_street()
    TicketTerms.objects.all().delete()
    manager = a_manager()
    corners = [lonlat(x, y) for x, y in ((300, 0), (360, 0), (360, 100), (300, 100))]
    draw = {"op": "draw", "corners": corners, **NEW}
    refused = manager.keeps(manager.open(), draw)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/rules_gap")
    assert not Zone.objects.filter(number="12").exists()
    b.the_ticket_terms()
    assert manager.keeps(manager.open(), draw).status_code == 201


def test_a_hand_that_goes_on_is_answered_as_one_that_begins_anew() -> None:
    """What a process keeps of an edit under way changes no answer, also after an undo."""
    a_street()
    manager = a_manager()
    opened = manager.open()
    steps = [OUT, move(200, 100, 0, 7), {"op": "close", "zone": "9"}, move(110, 100, 4, 4)]
    lists = [steps[:1], steps[:2], steps[:3], steps[:2], steps]
    warm = [manager.sends("check", opened, *some).json() for some in lists]
    saving._TRACES.clear()
    cold = []
    for some in lists:
        cold.append(manager.sends("check", opened, *some).json())
        saving._TRACES.clear()
    assert warm == cold
    wrong = manager.sends("check", opened, *steps, {"op": "close", "zone": "9"})
    assert wrong.json()["errors"][0]["pointer"] == "operations/4"
    for _ in range(saving.MOST_TRACES + 5):
        manager.sends("check", opened, OUT)
    assert len(saving._TRACES) <= saving.MOST_TRACES


def test_the_curb_feed_and_the_tiles_follow_a_correction_of_today() -> None:
    street = a_street()
    manager = a_manager()
    cds = {"Accept": "application/vnd.cds+json;version=1.0"}
    before = manager.client.get("/cds/curbs/zones", headers=cds)
    assert before.status_code == 200, before.content
    assert manager.keeps(manager.open(on=str(today())), OUT, correction=True).status_code == 201
    after = manager.client.get("/cds/curbs/zones", headers=cds).json()
    was = {zone["curb_zone_id"] for zone in before.json()["data"]["zones"]}
    now = {zone["curb_zone_id"] for zone in after["data"]["zones"]}
    assert len(was - now) == len(now - was) == 2  # 7 and 8 have new ids, 9 keeps its own
    held = ZoneVersion.objects.filter(valid__contains=today(), zone=street.zones["7"]).get()
    assert held.version == 2 and not held.web.empty  # the copy that tiles are drawn from


def test_kinds_are_coverages_of_their_own() -> None:
    a_street()
    b.a_zone("P1", b.square(50, 0, 100), kind="permit")
    manager = a_manager()
    opened = manager.open(kind="permit")
    assert [f["properties"]["number"] for f in opened["zones"]["features"]] == ["P1"]
    assert manager.keeps(opened, move(150, 100, 5, 5)).status_code == 201
    assert manager.open()["base"] == manager.open(kind="paid")["base"]
    assert versions("7") == [(1, "2016-10-16..")]


HUGE = [[58.4 + i * 1e-6, 23.6] for i in range(10_001)]
BAD = [
    ({"operations": "move"}, 400),
    ({"operations": [1]}, 400),
    ({"operations": [{"op": "fly"}]}, 400),
    ({"operations": [{"op": ["move"]}]}, 400),
    ({"operations": [{"op": "move", "at": [58.4, 23.6]}]}, 400),
    ({"operations": [{"op": "move", "at": [58.4, 23.6], "to": [58.4, 23.6], "force": True}]}, 400),
    ({"operations": [{"op": "move", "at": [58.4], "to": [58.4, 23.6]}]}, 422),
    ({"operations": [{"op": "move", "at": [True, False], "to": [58.4, 23.6]}]}, 422),
    ({"operations": [{"op": "move", "at": ["58.4", "23.6"], "to": [58.4, 23.6]}]}, 422),
    ({"operations": [{"op": "move", "at": [23.6, 58.4], "to": [58.4, 23.6]}]}, 422),
    ({"operations": [{"op": "move", "at": [10**400, 1], "to": [58.4, 23.6]}]}, 422),
    ({"operations": [{"op": "draw", "corners": HUGE, **NEW}]}, 413),
    ({"operations": [{"op": "delete", "at": [58.4, 23.6]}] * 501}, 413),
    ({"operations": [{"op": "close", "zone": "x" * 13}]}, 422),
    ({"operations": [{"op": "close", "zone": ""}]}, 422),
    ({"operations": [{"op": "close", "zone": 7}]}, 422),
    ({"operations": [{"op": "close", "zone": "\u202e\x00"}]}, 422),
    ({"kind": "green"}, 422),
    ({"kind": ["paid"]}, 422),
    ({"from": "2026-02-30"}, 422),
    ({"from": 20260230}, 422),
    ({"base": ""}, 422),
    ({"base": 1}, 422),
    ({"status": "approved"}, 400),
    ({"zone_id": 1}, 400),
]


@pytest.mark.parametrize(("change", "status"), BAD, ids=[str(c)[:40] for c, _ in BAD])
def test_bad_bodies_are_refused_with_a_sentence(change, status) -> None:
    a_street()
    manager = a_manager()
    opened = manager.open()
    good = {"kind": "paid", "from": opened["from"], "base": opened["base"], "operations": []}
    for what in ("/check", "/preview", ""):
        body = {**good, **({"source": "x"} if not what else {}), **change}
        answer = manager.client.post(API + what, json.dumps(body), "application/json")
        assert answer.status_code == status, (what, answer.content)
        assert answer.json()["detail"]


@pytest.mark.parametrize(
    "text", ["", "[]", "null", '{"kind": NaN}', '{"kind":"paid","kind":"permit"}', "{", "1e999"]
)
def test_what_is_no_json_object_is_refused(text) -> None:
    manager = a_manager()
    for what in ("/check", "/preview", ""):
        answer = manager.client.post(API + what, text, "application/json")
        assert answer.status_code == 400, answer.content


def test_a_million_vertices_are_refused_at_the_door() -> None:
    a_street()
    manager = a_manager()
    opened = manager.open()
    corners = [[58.4, 23.6]] * 1_000_000
    begun = processor_s()
    answer = manager.sends("check", opened, {"op": "draw", "corners": corners, **NEW})
    assert answer.status_code == 413, answer.content[:200]
    assert processor_s() - begun < 3


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_numbers_that_are_none_are_refused(number) -> None:
    a_street()
    manager = a_manager()
    answer = manager.sends("check", manager.open(), {"op": "delete", "at": [number, 23.6]})
    assert answer.status_code == 400


def test_a_ring_that_crosses_itself_is_shown_and_not_kept() -> None:
    a_street()
    manager = a_manager()
    opened = manager.open()
    bow = [lonlat(x, y) for x, y in ((400, 0), (460, 60), (460, 0), (400, 60))]
    draw = {"op": "draw", "corners": bow, **NEW}
    checked = manager.sends("check", opened, draw).json()
    (fault,) = checked["faults"]["features"]
    assert fault["properties"]["wrong"] == "crosses" and not checked["can_be_saved"]
    assert manager.keeps(opened, draw).status_code == 422


def test_only_a_zone_manager_edits() -> None:
    a_street()
    manager = a_manager()
    opened = manager.open()
    for role in ("citizen", "planner", "inspector", "admin", "supervisor", "auditor"):
        manager.client.force_login(b.a_person(role))
        assert manager.client.get(API).status_code == 404
        for what in ("check", "preview", ""):
            assert manager.sends(what, opened, OUT, source="x").status_code in (400, 404)
            assert manager.keeps(opened, OUT).status_code == 404
    assert versions("7") == [(1, "2016-10-16..")]


@pytest.mark.django_db(transaction=True)
def test_of_two_managers_at_once_one_is_kept_and_one_is_told() -> None:
    a_street()
    hands = [a_manager("hilal"), a_manager("salma")]
    opened = [hand.open() for hand in hands]
    gate, answers = threading.Barrier(2), {}

    def keep(index: int) -> None:
        gate.wait()
        change = (OUT, move(100, 100, -10, 0))[index]
        answers[index] = hands[index].keeps(opened[index], change)
        connections.close_all()

    threads = [threading.Thread(target=keep, args=(index,)) for index in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers.values()) == [201, 409]
    assert len(versions("7")) == len(versions("8")) == 2
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_Area(ST_Intersection(a.boundary, b.boundary)) FROM"
            " parking_zones_zoneversion a JOIN parking_zones_zoneversion b"
            " ON a.id < b.id AND a.zone_id <> b.zone_id AND a.valid && b.valid"
            " AND ST_Overlaps(a.boundary, b.boundary)"
        )
        assert not cursor.fetchall()


def _meets_an_import(number: str) -> int:
    """Keep an edit while an import has rewritten a zone and not yet committed; its status."""
    a_street()
    manager = a_manager()
    opened = manager.open()
    written, answers = threading.Event(), []

    def keep() -> None:
        written.wait()
        answers.append(manager.keeps(opened, OUT))
        connections.close_all()

    hand = threading.Thread(target=keep)
    hand.start()
    with transaction.atomic():
        held = ZoneVersion.objects.get(zone__number=number)
        held.valid = DateRange(held.valid.lower, tomorrow())
        held.save(update_fields=["valid"])
        b.a_zone_version(held.zone, version=2, valid=(tomorrow(), None), shape=b.square(200, 0, 90))
        written.set()
        hand.join(timeout=1.5)  # it waits for us, or has written beside us
    hand.join()
    return int(answers[0].status_code)


@pytest.mark.django_db(transaction=True)
def test_an_edit_waits_for_an_import_under_way_and_is_then_stale() -> None:
    assert _meets_an_import("9") == 409
    assert versions("7") == [(1, "2016-10-16..")]


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_the_edit_is_kept_beside_the_import(monkeypatch) -> None:
    monkeypatch.setattr(saving, "LOCK", "SELECT 1")
    assert _meets_an_import("9") == 201
