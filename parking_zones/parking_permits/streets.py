"""The streets of a zone, made from its polygon: residents trust a list of names, so it is exact.

A street runs *inside* where its centre line lies within the boundary, and *along the edge* where
it follows it: zones end in the middle of streets, and there only the side towards the zone counts.
Where the register of roads has no name that is said; none is made up.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum

import shapely
from shapely.geometry.base import BaseGeometry

from municipality.digits import western
from municipality.stored import geos_of, shape_of
from municipality.words import Text
from plots.register.models import Road

EDGE_M = 6.0  # a centre line this near to the boundary follows it: half of a narrow street
LEAST_M = 15.0  # less of a street in or along a zone is a crossing, not a part of it
NAMELESS = Text("شارع بلا اسم في السجل", "street without a name in the register")
_NUMBER = re.compile(r"[0-9]{1,6}")


class Lies(StrEnum):
    """How a street lies to a zone."""

    INSIDE = "inside"
    EDGE = "edge"


LIES = {
    Lies.INSIDE: Text("داخل المنطقة", "inside the zone"),
    Lies.EDGE: Text("على حدها: الجانب الذي يليها فقط", "along its edge: the near side only"),
}


@dataclass(frozen=True, slots=True)
class Street:
    """A street of a zone: its names, the number of its way, its metres, and how it lies."""

    name: Text
    has_name: bool
    number: str  # that of the way (سكة), where its name holds one
    metres: float
    lies: Lies
    line: BaseGeometry  # the part of it in or along the zone, METRIC


def _name(road: Road) -> Text:
    return Text(road.name_ar or road.name_en, road.name_en or road.name_ar)


def _number(name: Text) -> str:
    """Return the way number in a name, where there is one (سكة 3914)."""
    found = _NUMBER.search(western(name.ar)) or _NUMBER.search(western(name.en))
    return found[0] if found else ""


def _parts(line: BaseGeometry, zone: BaseGeometry) -> dict[Lies, BaseGeometry]:
    """Cut a centre line into what lies inside a zone and what follows its edge."""
    band = zone.boundary.buffer(EDGE_M)
    edge = shapely.intersection(line, band)
    inside = shapely.intersection(shapely.difference(line, band), zone)
    # Where a street only crosses the edge, the few metres in the band belong to its inside part.
    if inside.length and edge.length < 4 * EDGE_M:
        return {Lies.INSIDE: shapely.intersection(line, zone)}
    return {Lies.INSIDE: inside, Lies.EDGE: edge}


def _order(street: Street) -> tuple[bool, bool, int, str]:
    """Named streets first, then ways by their number, the nameless last."""
    number = int(street.number) if street.number else 0
    return not street.has_name, bool(street.number), number, street.name.ar


def streets_of(zone: BaseGeometry) -> list[Street]:
    """Return the streets in and along a METRIC polygon, each name once for each way it lies."""
    near = Road.objects.filter(centre_line__dwithin=(geos_of(zone), EDGE_M)).exclude(
        road_class=Road.RoadClass.PATH
    )
    gathered: dict[tuple[str, str, Lies], list[BaseGeometry]] = defaultdict(list)
    for road in near.order_by("pk"):
        name = _name(road)
        for lies, part in _parts(shape_of(road.centre_line), zone).items():
            if part.length:
                gathered[name.ar, name.en, lies].append(part)
    found = []
    for (ar, en, lies), parts in gathered.items():
        metres = sum(part.length for part in parts)
        if metres < LEAST_M:
            continue
        name = Text(ar, en)
        found.append(
            Street(
                name=name if ar else NAMELESS, has_name=bool(ar), number=_number(name),
                metres=metres, lies=lies, line=shapely.union_all(parts),
            )
        )  # fmt: skip
    return sorted(found, key=_order)
