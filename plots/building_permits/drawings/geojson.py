"""A site plan as GeoJSON: features whose properties say what each part is."""

from collections.abc import Mapping
from typing import Any

from municipality import crs, geometry_gate
from municipality.problems import bad_value
from municipality.words import Text
from plots.building_permits.sites.parts import Part, Role

MAX_PARTS = 200
MAX_FLOORS, MAX_HEIGHT_M = 200, 1_000
BUILT = (Role.MAIN, Role.ANNEX)  # a building has a floor
AREAS, LINES = ("Polygon", "MultiPolygon"), ("LineString", "MultiLineString")
NAMES = {
    Role.MAIN: "المبنى الرئيسي",
    Role.ANNEX: "ملحق",
    Role.CANOPY: "مظلة أو عريش",
    Role.LEDGE: "بروز معماري",
    Role.GUARD: "غرفة حارس",
    Role.PLANT: "خزانات ومعدات",
    Role.WALL: "سور",
    Role.PARKING: "موقف",
}
NOT_A_COLLECTION = Text(
    "المطلوب FeatureCollection فيها عنصر واحد على الأقل.",
    "A FeatureCollection with at least one feature is wanted.",
)
TOO_MANY = Text(f"عدد العناصر لا يزيد على {MAX_PARTS}.", f"At most {MAX_PARTS} features.")
NO_ROLE = Text(
    f"دور العنصر أحد هذه: {'، '.join(f'{name} ({role})' for role, name in NAMES.items())}.",
    f"The role of a feature is one of {', '.join(Role)}.",
)
FLOORS = Text(
    f"عدد الطوابق عدد صحيح بين {{least}} و{MAX_FLOORS}.",
    f"Floors are a whole number, {{least}} to {MAX_FLOORS}.",
)
HEIGHT = Text(
    f"الارتفاع بالأمتار بين 0 و{MAX_HEIGHT_M}.", f"The height is in metres, 0 to {MAX_HEIGHT_M}."
)
USE = Text("الاستعمال نص قصير.", "The use is a short text.")


def parts_of(site: object, *, srid: int = crs.LONLAT) -> list[Part]:
    """Read the parts of a site plan; raises Problem 400, 413 or 422 that names the feature."""
    features = site.get("features") if isinstance(site, Mapping) else None
    if not isinstance(features, list) or not features:
        raise bad_value("site", NOT_A_COLLECTION)
    if len(features) > MAX_PARTS:
        raise bad_value("site/features", TOO_MANY, status=413, code="too_many_features")
    return [_part(feature, f"site/features/{n}", srid) for n, feature in enumerate(features)]


def _part(feature: object, at: str, srid: int) -> Part:
    properties = feature.get("properties") if isinstance(feature, Mapping) else None
    if not isinstance(feature, Mapping) or not isinstance(properties, Mapping):
        raise bad_value(f"{at}/properties/role", NO_ROLE)
    role = properties.get("role")
    if not isinstance(role, str) or role not in set(Role):
        raise bad_value(f"{at}/properties/role", NO_ROLE)
    use = properties.get("use")
    if use is not None and not (isinstance(use, str) and len(use) <= 40 and "\x00" not in use):
        raise bad_value(f"{at}/properties/use", USE)
    kinds = (*AREAS, *LINES) if role == Role.WALL else AREAS
    return Part(
        role=Role(role),
        shape=geometry_gate.shape_from_geojson(
            feature.get("geometry") or {}, kinds=kinds, srid=srid
        ),
        floors=_floors(properties, 1 if role in BUILT else 0, at),
        height_m=_number(properties, "height_m", MAX_HEIGHT_M, HEIGHT, at),
        use=use or "",
    )


def _floors(properties: Mapping[str, Any], least: int, at: str) -> int | None:
    why = FLOORS.with_values(least=least)
    floors = _number(properties, "floors", MAX_FLOORS, why, at)
    if floors is not None and (floors != int(floors) or floors < least):
        raise bad_value(f"{at}/properties/floors", why)
    return None if floors is None else int(floors)


def _number(
    properties: Mapping[str, Any], name: str, most: float, why: Text, at: str
) -> float | None:
    value = properties.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise bad_value(f"{at}/properties/{name}", why)
    return float(value)
