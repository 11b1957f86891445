"""A zone gets other names with who, when and why; a closed number is opened again."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from municipality.history.queries import entries
from parking_zones.models import TicketTerms, Zone, ZoneVersion
from parking_zones.zones.book import zone_book
from parking_zones.zones.editing.saving import stream_of
from tests import builders as b
from tests.parking_zones.edit_town import (
    a_manager,
    a_street,
    a_ticket,
    lonlat,
    move,
    today,
    tomorrow,
)
from tests.parking_zones.test_zone_edits import NEW, versions

pytestmark = pytest.mark.django_db

PAGE = "/en/zones/edit/name/?zone="
CLOSE = {"op": "close", "zone": "9"}
REOPEN = {"op": "reopen", "zone": "9"}
HALF = [lonlat(x, y) for x, y in ((200, 0), (250, 0), (250, 100), (200, 100))]


def close(manager, number: str = "9") -> None:
    """Close a zone from tomorrow on."""
    assert manager.keeps(manager.open(), {"op": "close", "zone": number}).status_code == 201


def test_a_closed_number_is_opened_again_with_its_history() -> None:
    a_street()
    manager = a_manager()
    assert manager.open()["ended"] == []
    close(manager)
    day, later = tomorrow(), tomorrow() + dt.timedelta(days=30)
    opened = manager.open(on=str(later))
    names = Zone.objects.values("name_ar", "name_en").get(number="9")
    assert opened["ended"] == [{"number": "9", **names, "since": str(day)}]
    checked = manager.sends("check", opened, REOPEN).json()
    assert checked["concerned"] == ["9"] and checked["can_be_saved"]
    seen = manager.sends("preview", opened, REOPEN).json()["zones"]
    assert [(one["number"], one["what"]) for one in seen] == [("9", "opened")]
    kept = manager.keeps(opened, REOPEN)
    assert kept.status_code == 201, kept.content
    assert kept.json()["zones"] == [{"number": "9", "version": 2}]
    assert versions("9") == [(1, f"2016-10-16..{day}"), (2, f"{later}..")]
    assert Zone.objects.filter(number="9").count() == 1
    book = zone_book()
    assert book.numbered("9", day=today()) and book.numbered("9", day=later)
    assert book.numbered("9", day=day) is None  # between, its ground has no zone
    last = entries(stream_of("paid")).last()
    assert last.facts["operations"] == {"reopen": 1} and last.person_name == "hilal"


def test_it_may_come_back_in_another_boundary_and_is_edited_like_any_zone() -> None:
    a_street()
    manager = a_manager()
    close(manager)
    drawn = {**REOPEN, "corners": HALF}
    kept = manager.keeps(manager.open(), drawn, move(250, 100, 20, 0))
    assert kept.status_code == 201, kept.content
    zone = zone_book().numbered("9", day=tomorrow())
    assert zone is not None and round(zone.boundary.area) == 6000 and zone.name_ar == "منطقة 9"
    assert versions("9") == [(1, f"2016-10-16..{tomorrow()}"), (2, f"{tomorrow()}..")]


def test_ground_that_went_to_another_zone_is_an_overlap_until_somebody_says_whose_it_is() -> None:
    a_street()
    manager = a_manager()
    assert (
        manager.keeps(manager.open(), {"op": "merge", "zone": "9", "into": "8"}).status_code == 201
    )
    opened = manager.open()
    (fault,) = manager.sends("check", opened, REOPEN).json()["faults"]["features"]
    assert fault["properties"]["wrong"] == "overlap"
    assert manager.keeps(opened, REOPEN).status_code == 422
    assert manager.keeps(opened, REOPEN, {"op": "give", "to": "9", "of": "8"}).status_code == 201
    areas = {z.number: round(z.boundary.area) for z in zone_book().on_day(tomorrow())}
    assert areas == {"7": 10000, "8": 10000, "9": 10000}


@pytest.mark.parametrize(
    ("operation", "word"),
    [
        (REOPEN, "holds that day"),
        ({"op": "reopen", "zone": "٩"}, "holds that day"),
        ({"op": "reopen", "zone": "404"}, "No closed zone"),
        ({"op": "reopen", "zone": "P1"}, "No closed zone"),  # of another kind
    ],
)
def test_what_is_live_or_never_was_is_not_reopened(operation, word) -> None:
    a_street()
    b.a_zone("P1", b.square(0, 300, 50), kind="permit")
    ZoneVersion.objects.filter(zone__number="P1").update(valid=("2016-10-16", today()))
    answer = a_manager().sends("check", a_manager("salma").open(), operation)
    assert answer.status_code == 422 and word in answer.json()["detail"]
    assert answer.json()["type"] == "/problems/zone_edit_refused"


def test_a_number_that_is_closed_or_set_for_later_is_not_drawn_or_reopened() -> None:
    a_street()
    manager = a_manager()
    close(manager)
    drawn = manager.sends("check", manager.open(), {**NEW, "op": "draw", "corners": HALF,
                                                    "number": "9"})  # fmt: skip
    assert drawn.status_code == 422 and "reopen it" in drawn.json()["detail"]
    later = tomorrow() + dt.timedelta(days=30)
    assert manager.keeps(manager.open(on=str(later)), REOPEN).status_code == 201
    early = manager.open()  # live again in 30 days: a change is set for then
    assert early["ended"] == [] and early["later"] == str(later)
    assert manager.sends("check", early, REOPEN).status_code == 422


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        ({"op": "reopen"}, 400),
        ({"op": "reopen", "zone": "9", "number": "9"}, 400),
        ({"op": "reopen", "zone": 9}, 422),
        ({"op": "reopen", "zone": ""}, 422),
        ({"op": "reopen", "zone": "9", "corners": None}, 422),
        ({"op": "reopen", "zone": "9", "corners": []}, 422),
        ({"op": "reopen", "zone": "9", "corners": [[58.4, 23.6]] * 2}, 422),
        ({"op": "reopen", "zone": "9", "corners": [[58.4, 23.6]] * 3}, 422),  # one place
        ({"op": "reopen", "zone": "9", "corners": [[0, 0], [1, 0], [1, 1]]}, 422),
    ],
)
def test_bad_reopenings_are_refused_with_a_sentence(operation, status) -> None:
    a_street()
    manager = a_manager()
    close(manager)
    answer = manager.sends("check", manager.open(), operation)
    assert answer.status_code == status, answer.content
    assert answer.json()["detail"]


def test_a_drawn_boundary_that_crosses_itself_is_shown_and_not_kept() -> None:
    a_street()
    manager = a_manager()
    close(manager)
    bow = [HALF[0], HALF[2], HALF[1], HALF[3]]
    opened = manager.open()
    checked = manager.sends("check", opened, {**REOPEN, "corners": bow}).json()
    assert checked["faults"]["features"][0]["properties"]["wrong"] == "crosses"
    assert manager.keeps(opened, {**REOPEN, "corners": bow}).status_code == 422


def test_a_reopened_zone_needs_a_rule_for_every_minute() -> None:
    a_street()
    manager = a_manager()
    close(manager)
    TicketTerms.objects.all().delete()
    refused = manager.keeps(manager.open(), REOPEN)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/rules_gap")


def test_of_two_who_reopen_one_is_kept() -> None:
    a_street()
    first, second = a_manager("hilal"), a_manager("salma")
    close(first)
    opened = [first.open(), second.open()]
    assert first.keeps(opened[0], REOPEN).status_code == 201
    answer = second.keeps(opened[1], REOPEN)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/zones_changed")
    assert [version for version, _ in versions("9")] == [1, 2]


def test_a_zone_applied_today_is_not_reopened_for_today() -> None:
    street = a_street()
    manager = a_manager()
    ZoneVersion.objects.filter(zone__number="9").update(valid=("2016-10-16", today()))
    a_ticket(street.zones["9"], timezone.now())
    answer = manager.keeps(manager.open(on=str(today())), REOPEN, correction=True)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/zone_applied")


# Names.


def sent(**more: str) -> dict[str, str]:
    """A form as the page sends it for zone 7."""
    zone = Zone.objects.get(number="7")
    return {
        "name_ar": "حي الميناء", "name_en": "Port quarter", "why": "قرار 7/2026",
        "was_ar": zone.name_ar, "was_en": zone.name_en, **more,
    }  # fmt: skip


def test_a_zone_is_renamed_at_once_with_who_when_and_why() -> None:
    a_street()
    manager = a_manager()
    opened = manager.open()
    before = Zone.objects.get(number="7")
    answer = manager.client.post(PAGE + "7", sent())
    assert answer.status_code == 302 and answer["Location"].endswith("?zone=7")
    zone = Zone.objects.get(number="7")
    assert (zone.name_ar, zone.name_en) == ("حي الميناء", "Port quarter")
    assert zone_book().numbered("7", day=today()).name_en == "Port quarter"
    assert versions("7") == [(1, "2016-10-16..")]  # no boundary, so no version
    (entry,) = entries(stream_of("paid"))
    assert (entry.act, entry.person_name) == ("rename", "hilal")
    assert entry.facts["why"] == "قرار 7/2026"
    assert entry.facts["before"] == f"{before.name_ar} / {before.name_en}"
    page = manager.client.get(PAGE + "٧").content.decode()
    assert before.name_ar in page and "hilal" in page
    assert before.name_ar in manager.client.get("/en/zones/edit/").content.decode()
    assert manager.keeps(opened, move(100, 100, 10, 0)).status_code == 201  # it is not stale


@pytest.mark.parametrize(
    "change",
    [
        {"name_ar": ""}, {"name_en": ""}, {"why": ""}, {"name_ar": " \u202e\x00 "},
        {"name_ar": "م" * 121}, {"name_en": "n" * 121}, {"why": "w" * 201},
    ],
)  # fmt: skip
def test_bad_names_are_refused_with_a_sentence(change) -> None:
    a_street()
    answer = a_manager().client.post(PAGE + "7", sent(**change))
    assert answer.status_code == 422
    assert "Nothing was kept" in answer.content.decode()
    assert Zone.objects.get(number="7").name_ar == "منطقة 7"
    assert not entries(stream_of("paid")).exists()


def test_the_same_name_and_a_name_changed_meanwhile_are_refused() -> None:
    a_street()
    manager, other = a_manager("hilal"), a_manager("salma")
    zone = Zone.objects.get(number="7")
    same = manager.client.post(PAGE + "7", sent(name_ar=zone.name_ar, name_en=zone.name_en))
    assert same.status_code == 422 and "already" in same.content.decode()
    old = sent(name_ar="أخرى")
    assert other.client.post(PAGE + "7", sent()).status_code == 302
    late = manager.client.post(PAGE + "7", old)
    assert late.status_code == 422 and "Port quarter" in late.content.decode()
    assert Zone.objects.get(number="7").name_ar == "حي الميناء"


def test_only_a_zone_manager_renames_and_only_a_zone_that_there_is() -> None:
    a_street()
    manager = a_manager()
    for number in ("404", "", "x" * 300, "\x00"):
        assert manager.client.get(PAGE, {"zone": number}).status_code == 404
    supervisor = Client()
    supervisor.force_login(b.a_person("sup", "supervisor"))
    assert supervisor.post(PAGE + "7", sent()).status_code in (403, 404)
    assert Client().post(PAGE + "7", sent()).status_code in (302, 401, 403)
    assert Zone.objects.get(number="7").name_ar == "منطقة 7"
    marked = manager.client.post(PAGE + "7", sent(name_ar="<b>م\u202eيناء</b>"))
    assert marked.status_code == 302 and Zone.objects.get(number="7").name_ar == "<b>ميناء</b>"
    assert "<b>ميناء" not in manager.client.get(PAGE + "7").content.decode()
