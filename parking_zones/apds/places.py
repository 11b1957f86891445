"""The hierarchy of places: the city, which alone has a time zone, and its zones as areas of it."""

import datetime as dt
from collections.abc import Mapping, Sequence

import shapely

from municipality import geojson
from municipality.conf import PROFILE
from municipality.words import Text
from parking_zones.apds.common import CITY_ID, Json, begins, id_of, in_words, reference
from parking_zones.apds.dated import change_days, version_on
from parking_zones.zones.book import ZoneBook, ZoneOnDay

CITY, AREA = "parkingPlace", "identifiedArea"
ALWAYS_OPEN = {
    "available24hours": True, "openAllYear": True, "openingTimesNotSpecified": False,
    "openingTimesUnknown": False,
}  # fmt: skip


def zone_id(zone: ZoneOnDay) -> str:
    """Return the id of a zone as a place: the same in all its versions."""
    return id_of(f"place/zone/{zone.zone_id}")


def zone_reference(zone: ZoneOnDay) -> Json:
    """Refer to a version of a zone."""
    return reference(zone_id(zone), zone.version, "IdentifiedArea")


def city_days(book: ZoneBook) -> list[dt.date]:
    """Return the days on which the zones of the city change: its versions as a place."""
    return change_days([version.span for version in book.versions])


def city_reference(book: ZoneBook, *, on: dt.date) -> Json:
    """Refer to the city as it is on a day."""
    return reference(CITY_ID, version_on(city_days(book), on), "Place")


def city_json(book: ZoneBook, *, on: dt.date) -> Json:
    """Write the city with its zones on a day."""
    since = [day for day in city_days(book) if day <= on]
    return {
        "id": CITY_ID,
        "version": version_on(city_days(book), on),
        "name": in_words(Text(PROFILE.name_ar, PROFILE.name_en)),
        "layer": 0,
        "type": CITY,
        "timeZone": str(PROFILE.time_zone),
        "childIds": [zone_reference(zone) for zone in book.on_day(on)],
        "hierarchyElementRecord": {"creationTime": begins(since[-1] if since else None)},
        "characteristics": [{"structureType": "onStreet", "openToPublic": True}],
        "times": ALWAYS_OPEN,
    }


def zone_json(zone: ZoneOnDay, *, city: Json, rights: Sequence[Json]) -> Json:
    """Write one version of a zone with the rights that may be had in it."""
    boundary = geojson.geometry(shapely.multipolygons(shapely.get_parts(zone.boundary)))
    inside = shapely.point_on_surface(zone.boundary)
    at = geojson.position(float(shapely.get_x(inside)), float(shapely.get_y(inside)))
    return {
        "id": zone_id(zone),
        "version": zone.version,
        "name": in_words(Text(zone.name_ar, zone.name_en)),
        "layer": 1,
        "type": AREA,
        "operatorDefinedReference": in_words(Text(zone.number, zone.number)),
        "parentId": city,
        "hierarchyElementRecord": {"creationTime": begins(zone.span.first)},
        "rightSpecifications": list(rights),
        "areaBoundedZone": [boundary],
        "indicativeIdentifiedAreaPointLocation": [{"type": "Point", "coordinates": at}],
        "times": ALWAYS_OPEN,
    }


def places(book: ZoneBook, rights: Mapping[str, Sequence[Json]], *, on: dt.date) -> list[Json]:
    """Write the city and its zones on a day; ``rights`` are references by the id of a place."""
    city = city_reference(book, on=on)
    return [
        city_json(book, on=on),
        *(
            zone_json(zone, city=city, rights=rights.get(zone_id(zone), ()))
            for zone in book.on_day(on)
        ),
    ]
