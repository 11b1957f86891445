"""Which zone a bay is in: the one its middle lies in on a day, for a zone is ground and has days.

Nothing of it is stored with the bay (decision 0071): an edit that moves a border over a bay moves
the bay from the edit's first day on, and on the days before it is in the old zone.
"""

import datetime as dt

import shapely
from shapely.geometry import Point

from municipality.stored import geos_of, shape_of
from parking_zones.zones.book import ZoneBook, ZoneOnDay, zone_book
from parking_zones.zones.models import Bay, Zone


def zone_holding(book: ZoneBook, point: Point, *, on: dt.date) -> ZoneOnDay | None:
    """Return the zone of a day that a METRIC point lies in; None outside all.

    Where a paid zone and one by permit lie over each other it is the paid one, for that is what
    parking costs there; on a border it is the first by its number.
    """
    found = book.touching(point, day=on)
    return min(found, key=lambda zone: (zone.kind != Zone.Kind.PAID, zone.number), default=None)


def zone_of_bay(bay: Bay, *, on: dt.date) -> ZoneOnDay | None:
    """Return the zone that a bay is in on a day of the city; None outside all zones."""
    return zone_holding(zone_book(), shapely.point_on_surface(shape_of(bay.shape)), on=on)


def zone_id_of_bay(bay: Bay, *, on: dt.date) -> int | None:
    """Return the id of the zone that a bay is in on a day; None outside all zones."""
    found = zone_of_bay(bay, on=on)
    return None if found is None else found.zone_id


def bays_in_zone(zone_id: int, *, on: dt.date, kind: str | None = None) -> list[Bay]:
    """Return the bays that are in a zone on a day, of one kind where it is named, by their keys."""
    book = zone_book()
    zone = next((one for one in book.on_day(on) if one.zone_id == zone_id), None)
    if zone is None:
        return []
    near = Bay.objects.filter(shape__intersects=geos_of(zone.boundary))
    if kind is not None:
        near = near.filter(kind=kind)
    return [bay for bay in near.order_by("register_key") if zone_id_of_bay(bay, on=on) == zone_id]


def zones_with_bays(book: ZoneBook, *, on: dt.date, kind: str) -> frozenset[int]:
    """Return the ids of the zones that have a bay of a kind on a day."""
    shapes = Bay.objects.filter(kind=kind).values_list("shape", flat=True)
    middles = (shapely.point_on_surface(shape_of(shape)) for shape in shapes)
    found = (zone_holding(book, middle, on=on) for middle in middles)
    return frozenset(zone.zone_id for zone in found if zone is not None)
