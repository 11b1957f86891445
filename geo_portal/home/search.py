"""Search by place first: plots by any of their numbers, areas, wilayats, zones and streets.

A query may hold a name and a number ("الحيل الشمالية 2417"); names are folded
(municipality.names), digits of three scripts are one.  Nothing is guessed: a number that no
plot has ever had gives no plot.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.urls import reverse

from municipality import crs
from municipality.digits import western
from municipality.names import fold
from municipality.places.models import Area, Wilayat
from municipality.places.stamps import Kept
from municipality.stored import shape_of
from municipality.words import Text
from parking_zones.zones.models import Zone
from plots.building_permits.models import BuildingPermit
from plots.building_permits.register import permit_numbered
from plots.building_permits.words import STATES

MAX_QUERY = 100
SHOWN = 8
_NUMBER = re.compile(r"[0-9][0-9A-Za-z/\-]*")


@dataclass(frozen=True, slots=True)
class Named:
    """A place that can be searched by name."""

    kind: str
    id: int
    name: Text
    place: Text | None
    folded: tuple[str, ...]


def _named(kind: str, thing: Any, place: Text | None, *more: str) -> Named:
    names = (thing.name_ar, thing.name_en, *getattr(thing, "aliases", ()), *more)
    return Named(
        kind,
        thing.pk,
        Text(thing.name_ar, thing.name_en),
        place,
        tuple(fold(western(name)) for name in names if name),
    )


def _read_names() -> list[Named]:
    wilayats = [_named("wilayat", row, None) for row in Wilayat.objects.order_by("id")]
    areas = [
        _named(
            "area",
            row,
            Text(row.wilayat.name_ar, row.wilayat.name_en) if row.wilayat else None,
        )
        for row in Area.objects.select_related("wilayat").order_by("name_ar", "id")
    ]
    zones = [
        _named("parking_zone", row, None, row.number) for row in Zone.objects.order_by("number")
    ]
    return [*wilayats, *areas, *zones]


_NAMES = Kept(_read_names, "places", "zones")


@dataclass(frozen=True, slots=True)
class Asked:
    """A query taken apart: the folded name and the folded number, either may be empty."""

    name: str
    number: str


def take_apart(query: str) -> Asked:
    """Split a query into its name and its last number; anything past MAX_QUERY is dropped."""
    plain = western(query.replace("\x00", " ")[:MAX_QUERY]).strip()
    numbers = _NUMBER.findall(plain)
    if not numbers:
        return Asked(fold(plain), "")
    number = numbers[-1]
    at = plain.rfind(number)
    name = f"{plain[:at]} {plain[at + len(number) :]}".strip()
    return Asked(" ".join(fold(name).split()), fold(number))


def _matches(thing: Named, words: list[str]) -> bool:
    return any(all(word in name for word in words) for name in thing.folded)


def _rank(thing: Named, name: str) -> tuple[bool, bool, int]:
    exact = name in thing.folded
    starts = any(folded.startswith(name) for folded in thing.folded)
    return (not exact, not starts, len(str(thing.name)))


def named_places(name: str) -> list[Named]:
    """Return the places whose name or alias holds every word, best first."""
    words = fold(western(name)).split()
    if not words:
        return []
    found = [thing for thing in _NAMES.get() if _matches(thing, words)]
    return sorted(found, key=lambda thing: _rank(thing, " ".join(words)))


# Each arm uses an index of its own on the folded number; an OR of them would use none.
PLOTS_SQL = """
WITH hits AS (
  SELECT id, 1 AS way, number AS said FROM plots_plot WHERE ar_fold(number) {test}
  UNION ALL SELECT id, 2, old_number FROM plots_plot
    WHERE old_number <> '' AND ar_fold(old_number) {test}
  UNION ALL SELECT id, 3, krooki_number FROM plots_plot
    WHERE krooki_number <> '' AND ar_fold(krooki_number) {test}
  UNION ALL SELECT plot_id, CASE kind WHEN 'number' THEN 4 WHEN 'old_number' THEN 2 ELSE 3 END,
    number FROM plots_plotnumber WHERE ar_fold(number) {test}
), best AS (
  SELECT DISTINCT ON (id) id, way, said, ar_fold(said) = %(n)s AS exact FROM hits
  ORDER BY id, ar_fold(said) = %(n)s DESC, way, said
), kept AS (
  SELECT p.*, b.way, b.said, b.exact, count(*) OVER () AS total
  FROM plots_plot p JOIN best b USING (id)
  WHERE p.valid @> %(on)s::date AND (%(areas)s::bigint[] IS NULL OR area_id = ANY(%(areas)s)
         OR wilayat_id = ANY(%(wilayats)s))
  ORDER BY b.exact DESC, b.way, length(number), number, id
  LIMIT %(limit)s
)
SELECT p.id, p.number, p.old_number, p.krooki_number, a.name_ar, a.name_en, w.name_ar, w.name_en,
       ph.code, ST_X(c), ST_Y(c), p.exact, p.way, p.said, p.total
FROM kept p
CROSS JOIN LATERAL ST_PointOnSurface(p.boundary) AS c
LEFT JOIN places_area a ON a.id = p.area_id
LEFT JOIN places_wilayat w ON w.id = p.wilayat_id
LEFT JOIN places_phase ph ON ph.id = p.phase_id
ORDER BY p.exact DESC, p.way, length(p.number), p.number, p.id
"""
# By which of its numbers a plot was found, as ``way`` of the query, and how that is told.
WAYS: dict[int, tuple[str, Text]] = {
    1: ("number", Text("", "")),
    2: ("old_number", Text("الرقم القديم {said}", "Old number {said}")),
    3: ("krooki_number", Text("رقم الكروكي {said}", "Krooki number {said}")),
    4: ("former_number", Text("رقمها السابق {said}", "Former number {said}")),
}
PREFIX_FROM = 3  # fewer digits begin a tenth of all numbers: then only the very number is meant


def _plot_result(row: tuple[Any, ...]) -> dict[str, Any]:
    plot_id, number, old, krooki, area_ar, area_en, wil_ar, wil_en, phase, x, y, exact = row[:12]
    way, said = row[12:14]
    matched, words = WAYS[way]
    by = words.with_values(said=said)
    lon, lat = crs.lonlat(x, y)
    ar = "، ".join(p for p in (by.ar, area_ar, phase and f"المرحلة {phase}", wil_ar) if p)
    en = ", ".join(p for p in (by.en, area_en, phase and f"phase {phase}", wil_en) if p)
    return {
        "kind": "plot",
        "id": plot_id,
        "title": str(Text(f"القطعة {number}", f"Plot {number}")),
        "place": str(Text(ar, en)),
        "number": number,
        "old_number": old or None,
        "krooki_number": krooki or None,
        "matched": matched,
        "matched_number": said,
        "exact": exact,
        "url": f"{reverse('home:map')}?plot={plot_id}",
        "lon": round(lon, 7),
        "lat": round(lat, 7),
    }


def plots_like(asked: Asked, *, limit: int, on: dt.date) -> tuple[int, list[dict[str, Any]]]:
    """Return the plots of a day whose number begins with the one asked for, inside the places
    named: how many there are, and the first of them.
    """
    areas: list[int] | None = None
    wilayats: list[int] = []
    if asked.name:
        places = named_places(asked.name)
        areas = [place.id for place in places if place.kind == "area"]
        wilayats = [place.id for place in places if place.kind == "wilayat"]
        if not areas and not wilayats:
            return 0, []
    escaped = asked.number.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    values = {
        "n": asked.number,
        "like": f"{escaped}%",
        "areas": areas,
        "wilayats": wilayats,
        "limit": limit,
        "on": on,
    }
    test = "LIKE %(like)s" if len(asked.number) >= PREFIX_FROM else "= %(n)s"
    with connection.cursor() as cursor:
        cursor.execute(PLOTS_SQL.format(test=test), values)
        rows = cursor.fetchall()
    return (rows[0][-1] if rows else 0), [_plot_result(row) for row in rows]


PLACE_SQL = {
    "wilayat": "SELECT wilayat_id, boundary, valid FROM places_wilayatversion",
    "area": "SELECT area_id, boundary, valid FROM places_areaversion",
    "parking_zone": "SELECT zone_id, boundary, valid FROM parking_zones_zoneversion",
}


def _centre(kind: str, place_id: int, on: dt.date) -> tuple[float, float] | None:
    """Return a position inside a place as its boundary holds on a day; None where it has none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_X(c), ST_Y(c) FROM (SELECT ST_PointOnSurface(boundary) AS c "  # noqa: S608
            f"FROM ({PLACE_SQL[kind]}) AS v (id, boundary, valid) "
            "WHERE id = %s AND valid @> %s::date) AS p",  # at most one: the table refuses two
            [place_id, on],
        )
        row = cursor.fetchone()
    return None if row is None else crs.lonlat(*row)


def _place_result(thing: Named, on: dt.date) -> dict[str, Any]:
    centre = _centre(thing.kind, thing.id, on)
    zoom = {"wilayat": 11, "area": 14, "parking_zone": 15}[thing.kind]
    url = reverse("home:map")
    if thing.kind == "parking_zone":
        url = f"{reverse('home:zone')}?zone={thing.id}"
    if centre is not None:
        url += f"#{zoom}/{centre[1]:.5f}/{centre[0]:.5f}"
    return {
        "kind": thing.kind,
        "id": thing.id,
        "title": str(thing.name),
        "place": "" if thing.place is None else str(thing.place),
        "url": url,
        "lon": None if centre is None else round(centre[0], 7),
        "lat": None if centre is None else round(centre[1], 7),
    }


@dataclass(frozen=True, slots=True)
class Found:
    """The first results of a query, best first, and how many there are in all."""

    count: int
    results: list[dict[str, Any]]

    @property
    def more(self) -> bool:
        """Tell whether there are results beyond those shown."""
        return self.count > len(self.results)


def _permit_result(permit: BuildingPermit) -> dict[str, Any]:
    """A permit of the public register: its number leads to its page, not to a plot of that name."""
    serial, _, year = permit.number.partition("/")
    inside = shape_of(permit.place).representative_point()
    lon, lat = crs.lonlat(inside.x, inside.y)
    state = STATES[BuildingPermit.State(permit.state)]
    return {
        "kind": "building_permit",
        "id": permit.pk,
        "title": str(Text(f"إباحة البناء {permit.number}", f"Building permit {permit.number}")),
        "place": str(Text(f"القطعة {permit.plot_numbers}، {state.ar}",
                          f"Plot {permit.plot_numbers}, {state.en}")),
        "url": reverse("permits:permit", args=[int(year), int(serial)]),
        "lon": round(lon, 7),
        "lat": round(lat, 7),
    }  # fmt: skip


def search(query: str, *, on: dt.date, limit: int = SHOWN) -> Found:
    """Answer a query with at most ``limit`` results, as the city is on a day."""
    asked = take_apart(query)
    count, results = plots_like(asked, limit=limit, on=on) if asked.number else (0, [])
    if asked.name:
        places = named_places(asked.name)
    else:
        places = [
            thing
            for thing in _NAMES.get()
            if asked.number and thing.kind == "parking_zone" and asked.number in thing.folded
        ]
    permit = permit_numbered(query)
    if permit is not None:
        count, results = count + 1, [_permit_result(permit), *results][:limit]
    shown = places[: max(limit - len(results), 0)]
    return Found(count + len(places), results + [_place_result(thing, on) for thing in shown])
