"""A bay is in the zone it lies in on the day: an edit moves it from the edit's first day on."""

import datetime as dt

import pytest
import shapely
from django.utils import timezone

from municipality.billing.models import Tariff
from municipality.stored import shape_of
from parking_zones.apds.rights import Question, _permits
from parking_zones.apds.specs import facts_of
from parking_zones.inspection.queries import may_stand
from parking_zones.models import ZoneVersion
from parking_zones.parking_permits.announcing import _holders
from parking_zones.parking_permits.pricing import Wanted, lines_of
from parking_zones.plates import Plate
from parking_zones.zones.bays import bays_in_zone, zone_id_of_bay, zone_of_bay
from parking_zones.zones.book import zone_book
from tests import builders as b
from tests.parking_permits.builders import a_permit, the_prices
from tests.parking_zones.edit_town import a_bay, a_manager, a_street, move, today, tomorrow

pytestmark = pytest.mark.django_db

# The border between 7 and 8 moves 20 m to the east, over the bay at 110.
OVER = (move(100, 0, 20, 0), move(100, 100, 20, 0))


def number_of(bay, on: dt.date) -> str | None:
    found = zone_of_bay(bay, on=on)
    return None if found is None else found.number


def keys(zone, on: dt.date) -> list[str]:
    return [bay.register_key for bay in bays_in_zone(zone.pk, on=on)]


def test_a_border_moved_over_a_bay_moves_it_from_the_first_day_on() -> None:
    street = a_street()
    bay, stays = a_bay(street.zones["8"], 110, 50, stalls=3), a_bay(street.zones["8"], 150, 50)
    manager = a_manager()
    opened = manager.open()
    seen = manager.sends("preview", opened, *OVER).json()["moving"]["features"]
    assert [(f["properties"]["of"], f["properties"]["to"], f["properties"]["stalls"])
            for f in seen] == [("8", "7", {"public": 3})]  # fmt: skip
    assert manager.keeps(opened, *OVER).status_code == 201
    day = tomorrow()
    assert [number_of(bay, on) for on in (today(), day, day + dt.timedelta(days=400))] == [
        "8", "7", "7",
    ]  # fmt: skip
    assert number_of(stays, day) == "8"
    seven, eight = street.zones["7"], street.zones["8"]
    assert (keys(seven, today()), keys(seven, day)) == ([], [bay.register_key])
    assert (keys(eight, today()), keys(eight, day)) == (
        [bay.register_key, stays.register_key], [stays.register_key],
    )  # fmt: skip


def test_a_bay_of_a_closed_zone_is_in_none_and_comes_back_with_it() -> None:
    street = a_street()
    bay, day = a_bay(street.zones["9"], 250, 50), tomorrow()
    manager = a_manager()
    assert manager.keeps(manager.open(), {"op": "close", "zone": "9"}).status_code == 201
    later = day + dt.timedelta(days=10)
    reopened = manager.keeps(manager.open(on=str(later)), {"op": "reopen", "zone": "9"})
    assert reopened.status_code == 201
    assert [number_of(bay, on) for on in (today(), day, later)] == ["9", None, "9"]
    assert bays_in_zone(street.zones["9"].pk, on=day) == []


def test_on_a_border_and_under_a_permit_zone_one_zone_is_answered() -> None:
    street = a_street()
    border = a_bay(street.zones["7"], 98.75, 50)  # its middle is on the border of 7 and 8
    lone = b.a_zone("0P", b.square(0, 0, 400, 300), kind="permit")
    below = a_bay(street.zones["8"], 150, 50)
    beyond = a_bay(street.zones["9"], 350, 50)
    assert [number_of(bay, today()) for bay in (border, below, beyond)] == ["7", "8", "0P"]
    assert keys(lone, today()) == [beyond.register_key]
    outside = a_bay(street.zones["9"], 900, 900)
    assert zone_id_of_bay(outside, on=today()) is None
    assert number_of(below, dt.date(2000, 1, 1)) is None  # before there were zones


def test_what_a_permit_for_a_bay_costs_follows_the_ground_month_by_month() -> None:
    """Zone 9 is closed in two months: from then on the bay lies where parking is free."""
    street = a_street()
    the_prices()
    bay = a_bay(street.zones["9"], 250, 50, kind="reserved")
    first = today()
    wanted = Wanted("reserved_bay", street.zones["9"], bay, first, 3)
    assert sum(line.amount_baisa for line in lines_of(wanted)) == 3 * 50_000
    ZoneVersion.objects.filter(zone=street.zones["9"]).update(
        valid=("2016-10-16", first + dt.timedelta(days=45))
    )
    assert sum(line.amount_baisa for line in lines_of(wanted)) == 2 * 50_000 + 30_000
    assert Tariff.objects.filter(kind="parking_permit_bay_free").exists()


def test_partners_are_told_of_a_permit_in_the_zone_its_bay_lies_in_that_day() -> None:
    street = a_street()
    bay = a_bay(street.zones["8"], 110, 50, kind="reserved")
    a_permit(kind="reserved_bay", zone=street.zones["8"], bay=bay, plate="OM-1-B",
             starts_on=today(), ends_on=today() + dt.timedelta(days=90))  # fmt: skip
    manager = a_manager()
    assert manager.keeps(manager.open(), *OVER).status_code == 201
    book = zone_book()
    told = {on: facts_of(book, on=on, rates={}).zones_with_bays for on in (today(), tomorrow())}
    assert told == {
        today(): {street.zones["8"].pk}, tomorrow(): {street.zones["7"].pk},
    }  # fmt: skip
    plate = Plate("1", "B")
    noon = timezone.now() + dt.timedelta(minutes=1)

    def rights(number: str, on: dt.date, at: dt.datetime) -> int:
        zone = book.numbered(number, day=on)
        assert zone is not None
        return len(_permits(Question(plate, zone, at, on), book))

    later = noon + dt.timedelta(days=1)
    assert [rights(n, today(), noon) for n in "78"] == [0, 1]
    assert [rights(n, tomorrow(), later) for n in "78"] == [1, 0]
    point = shapely.point_on_surface(shape_of(bay.shape))
    for at, number in ((noon, "8"), (later, "7")):  # as the inspector and an announcement see it
        told = may_stand(plate_key="OM-1-B", point=point, accuracy_m=0.5, at=at)
        assert [right.where for right in told.rights] == [number]
        on = today() if at == noon else tomorrow()
        reached = {n: len(_holders(street.zones[n], on=on)) for n in "78"}
        assert reached == {"7": int(number == "7"), "8": int(number == "8")}
