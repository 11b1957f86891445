"""What an edit would do, before it is kept: equal to looking at every bay, plot and permit."""

import datetime as dt

import numpy as np
import pytest
import shapely
from django.utils import timezone

from municipality import crs
from parking_zones.models import Zone
from parking_zones.zones.book import zone_book
from tests import builders as b
from tests.parking_permits.builders import a_permit
from tests.parking_zones.edit_town import (
    a_bay,
    a_manager,
    a_street,
    a_ticket,
    lonlat,
    move,
    today,
    tomorrow,
)

pytestmark = pytest.mark.django_db


def looked_at(*operations, who="hilal", **query):
    """The preview of operations."""
    manager = a_manager(who)
    answer = manager.sends("preview", manager.open(**query), *operations)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    moving = {(f["properties"]["of"], f["properties"]["to"]): f for f in told["moving"]["features"]}
    return {zone["number"]: zone for zone in told["zones"]}, moving


def permit_of(plot, zone: Zone, number: int, **values):
    """A permit of the zone for who lives on a plot."""
    days = {"starts_on": today(), "ends_on": today() + dt.timedelta(days=90), **values}
    return a_permit(
        f"PP-{number}", plate=f"OM-{number}-B", kind="one_zone", plot=plot, zone=zone, **days
    )


def test_moved_ground_tells_bays_plots_permits_and_price() -> None:
    street = a_street()
    seven, eight = street.zones["7"], street.zones["8"]
    b.a_tariff(300, zone_code="8")
    a_bay(eight, 102, 50, stalls=4)
    a_bay(eight, 104, 70, stalls=2, kind="disabled")
    a_bay(eight, 150, 50, stalls=7)
    a_bay(seven, 20, 50, stalls=3)
    moves = b.a_plot("p1", b.square(101, 60, 8))
    partly = b.a_plot("p2", b.square(108, 20, 20, 10))
    b.a_plot("p3", b.square(150, 60, 20))
    b.a_plot("p4", b.square(120, 60, 20))  # only shares a line with nothing that moves
    permit_of(moves, eight, 1)
    permit_of(moves, seven, 2)  # its zone is not the one that loses the ground
    permit_of(partly, eight, 3)  # its middle stays
    permit_of(moves, eight, 4, ends_on=tomorrow())
    two = [{"op": "move", "at": lonlat(100, y), "to": lonlat(110, y)} for y in (0, 100)]
    zones, moving = looked_at(*two)
    assert set(zones) == {"7", "8"} and set(moving) == {("8", "7")}
    piece = moving["8", "7"]["properties"]
    assert piece["m2"] == pytest.approx(1000, abs=0.1)
    assert piece["stalls"] == {"public": 4, "disabled": 2}
    assert (piece["plots_touched"], piece["plots_moving"], piece["permits"]) == (2, 1, 1)
    assert (piece["hour_before_baisa"], piece["hour_after_baisa"]) == (600, 200)
    assert piece["difference_baisa"] == -400 * 6
    assert zones["8"]["stalls_before"] == 13 and zones["8"]["stalls_after"] == 7
    assert zones["7"]["stalls_before"] == 3 and zones["7"]["stalls_after"] == 9
    assert zones["8"]["permits"] == 2 and zones["7"]["permits"] == 1
    assert zones["7"]["m2_after"] - zones["7"]["m2_before"] == pytest.approx(1000, abs=0.1)


def test_live_tickets_and_ninety_days_of_revenue_are_told_by_zone() -> None:
    street = a_street()
    now, day = timezone.now(), dt.timedelta(days=1)
    a_ticket(street.zones["8"], now - dt.timedelta(minutes=10), amount=500)
    a_ticket(street.zones["8"], now - 89 * day, amount=700)
    a_ticket(street.zones["8"], now - 91 * day, amount=1100)
    a_ticket(street.zones["9"], now - dt.timedelta(minutes=10), amount=1300)
    a_ticket(None, now - dt.timedelta(minutes=5), amount=1700)  # bought without a place
    lapsed = a_ticket(street.zones["8"], now - 2 * day, amount=1900)
    lapsed.state = "lapsed"
    lapsed.save()
    zones, _ = looked_at(move(100, 100, 10, 0))
    assert (zones["8"]["live_tickets"], zones["8"]["revenue_baisa"]) == (1, 1200)
    assert (zones["7"]["live_tickets"], zones["7"]["revenue_baisa"]) == (0, 0)


def test_what_loses_a_zone_that_closes_is_counted_wherever_its_plots_are() -> None:
    """Control: the same edit from three days later meets no ticket that runs so long."""
    street = a_street()
    far = b.a_plot("p1", b.square(900, 900, 8))
    permit_of(far, street.zones["9"], 1)
    permit_of(far, street.zones["9"], 2)
    permit_of(far, street.zones["8"], 3)
    now, day = timezone.now(), dt.timedelta(days=1)
    a_ticket(street.zones["9"], now, minutes=2 * 1_440)
    a_ticket(street.zones["9"], now - day, minutes=60)
    a_ticket(street.zones["8"], now, minutes=2 * 1_440)
    close = {"op": "close", "zone": "9"}
    zones, moving = looked_at(close)
    assert (zones["9"]["permits"], zones["9"]["tickets_beyond"]) == (2, 1)
    assert zones["9"]["hour_before_baisa"] == 200 and zones["9"]["hour_after_baisa"] is None
    assert moving["9", None]["properties"]["permits"] == 0  # no plot of theirs lies there
    later, _ = looked_at(close, who="salma", on=(today() + 4 * day).isoformat())
    assert later["9"]["tickets_beyond"] == 0


def test_ground_that_loses_its_zone_or_gets_one_is_told_as_such() -> None:
    street = a_street()
    a_bay(street.zones["9"], 250, 50, stalls=5)
    new = {"number": "12", "name_ar": "ج", "name_en": "n"}
    corners = [lonlat(x, y) for x, y in ((400, 0), (460, 0), (460, 60), (400, 60))]
    zones, moving = looked_at(
        {"op": "close", "zone": "9"}, {"op": "draw", "corners": corners, **new}
    )
    assert zones["9"]["what"] == "closed" and zones["9"]["m2_after"] == 0
    assert zones["9"]["hour_after_baisa"] is None and zones["9"]["stalls_after"] is None
    assert zones["12"]["what"] == "opened" and zones["12"]["m2_after"] == pytest.approx(3600, abs=1)
    lost, won = moving["9", None]["properties"], moving[None, "12"]["properties"]
    assert lost["stalls"] == {"public": 5} and lost["hour_after_baisa"] == 0
    assert lost["difference_baisa"] == -200 * 5
    assert won["hour_before_baisa"] == 0 and won["stalls"] == {} and won["difference_baisa"] == 0


def test_a_price_that_nobody_set_is_unknown_and_bays_nobody_drew_are_too() -> None:
    b.a_zone("7", b.square(0, 0, 100))
    b.a_zone("8", b.square(100, 0, 100))
    zones, moving = looked_at(move(100, 100, 10, 0))
    piece = moving["8", "7"]["properties"]
    assert piece["hour_before_baisa"] is None and piece["difference_baisa"] is None
    assert zones["7"]["stalls_before"] is None


@pytest.mark.parametrize("seed", range(6))
def test_preview_equals_looking_at_every_bay_plot_and_permit(seed) -> None:
    """Random bays, plots and permits; the oracle asks shapely about each of them, before and after."""
    street = a_street()
    rng = np.random.default_rng(seed)
    bays = [
        a_bay(street.zones["8"], *rng.uniform(0, 298, 2).round(2) * [1, 0.33]) for _ in range(40)
    ]
    plots = [
        b.a_plot(f"k{i}", b.square(*(rng.uniform(0, 290, 2) * [1, 0.33]), 7)) for i in range(30)
    ]
    before = zone_book().on_day(tomorrow())
    permits = []
    for index, plot in enumerate(plots):
        middle = shapely.point_on_surface(shapely.from_wkb(bytes(plot.boundary.wkb)))
        zone = next((z for z in before if shapely.covers(z.boundary, middle)), before[0])
        permits.append((plot, zone.number, permit_of(plot, street.zones[zone.number], index)))
    steps = [move(100, 100, *rng.uniform(-40, 40, 2)), move(200, 0, *rng.uniform(-40, 40, 2)),
             {"op": "insert", "at": lonlat(200, 100), "to": lonlat(200, 100)}][:2]  # fmt: skip
    manager = a_manager()
    opened = manager.open()
    told = manager.sends("preview", opened, *steps).json()
    kept = manager.keeps(opened, *steps)
    assert kept.status_code == 201
    day = tomorrow()
    after = zone_book().on_day(day)

    def zone_of(zones, shape):
        point = shapely.point_on_surface(shapely.from_wkb(bytes(shape.wkb)))
        return next((z.number for z in zones if shapely.covers(z.boundary, point)), None)

    changed = [bay for bay in bays if zone_of(before, bay.shape) != zone_of(after, bay.shape)]
    features = [f["properties"] for f in told["moving"]["features"]]
    assert sum(sum(f["stalls"].values()) for f in features) == len(changed)
    moved = [p for p, _, _ in permits if zone_of(before, p.boundary) != zone_of(after, p.boundary)]
    assert sum(f["plots_moving"] for f in features) == len(moved)
    losing = [p for p in moved if zone_of(before, p.boundary) is not None]
    assert sum(f["permits"] for f in features) == len(losing)
    gain = {z["number"]: z["m2_after"] - z["m2_before"] for z in told["zones"]}
    for number, m2 in gain.items():
        got = sum(f["m2"] for f in features if f["to"] == number)
        gave = sum(f["m2"] for f in features if f["of"] == number)
        assert m2 == pytest.approx(got - gave, abs=0.1)
    assert crs.METRIC and told["zones"]


def test_control_counting_all_touched_plots_would_count_neighbours(monkeypatch) -> None:
    """Without the inner edge a plot that only shares a line with the ground is told as touched."""
    from parking_zones.zones.editing import impact

    a_street()
    b.a_plot("beside", b.square(110, 20, 20))  # begins where the moved ground ends
    two = [{"op": "move", "at": lonlat(100, y), "to": lonlat(110, y)} for y in (0, 100)]
    _, moving = looked_at(*two)
    assert moving["8", "7"]["properties"]["plots_touched"] == 0
    monkeypatch.setattr(impact, "OVERLAP_WIDTH_M", -0.001)
    manager = a_manager("other")
    told = manager.sends("preview", manager.open(), *two).json()
    assert told["moving"]["features"][0]["properties"]["plots_touched"] == 1
