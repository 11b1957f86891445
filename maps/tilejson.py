"""TileJSON 3.0.0 of a layer: what its tiles hold and where to look first."""

from typing import Any

from django.contrib.gis.db.models import GeometryField
from django.contrib.gis.db.models.functions import Centroid, PointOnSurface, Transform
from django.db import connection, models
from django.db.models import Avg, Func, QuerySet

from maps.layers import Layer, Viewer
from maps.tiles import TileAddress, tile_query
from municipality import crs
from municipality.conf import PROFILE

SAMPLE = 20_000  # rows looked at for the middle of a layer
WORLD = (-180.0, -85.0511, 180.0, 85.0511)
_centres: dict[str, tuple[float, float]] = {}  # last good place of a layer; checked at each use


class _X(Func):
    function = "ST_X"
    output_field = models.FloatField()


class _Y(Func):
    function = "ST_Y"
    output_field = models.FloatField()


class _Distance(Func):
    """Distance by the spatial index (nearest first)."""

    template = "%(expressions)s"
    arg_joiner = " <-> "
    output_field = models.FloatField()


class _MadePoint(Func):
    function = "ST_MakePoint"


def _rows(layer: Layer, viewer: Viewer) -> QuerySet[Any]:
    return layer.drawn(viewer, layer.step(layer.best_zoom)).filter(
        **{f"{layer.geometry}__isnull": False}
    )


def _middle_feature(layer: Layer, viewer: Viewer) -> tuple[float, float] | None:
    """Return lon, lat on the feature nearest to the mean of the layer; None if it is empty."""
    srid = crs.LONLAT if layer.guest else crs.METRIC
    rows = _rows(layer, viewer)
    centre = Centroid(layer.geometry)
    sample = rows.order_by().values(x_=_X(centre), y_=_Y(centre))[:SAMPLE]
    mean = sample.aggregate(x=Avg("x_"), y=Avg("y_"))
    if mean["x"] is None:
        return None
    point = Func(
        _MadePoint(models.Value(mean["x"]), models.Value(mean["y"])),
        models.Value(srid),
        function="ST_SetSRID",
        output_field=GeometryField(srid=srid),
    )
    nearest = rows.order_by(_Distance(models.F(layer.geometry), point))
    spot = nearest.values_list(Transform(PointOnSurface(layer.geometry), crs.LONLAT), flat=True)
    found = next(iter(spot[:1]), None)
    return None if found is None else (found.x, found.y)


def tile_of(lon: float, lat: float, z: int) -> TileAddress:
    """Return the tile at zoom z that holds a WGS 84 position."""
    from math import asinh, floor, pi, radians, tan

    n = 1 << z
    x = floor((lon + 180) / 360 * n)
    y = floor((1 - asinh(tan(radians(lat))) / pi) / 2 * n)
    return TileAddress(z, min(max(x, 0), n - 1), min(max(y, 0), n - 1))


def _has_features(layer: Layer, viewer: Viewer, lon: float, lat: float) -> bool:
    query = tile_query(layer, viewer, layer.best_zoom)
    with connection.cursor() as cursor:
        filled = query.filled(tile_of(lon, lat, layer.best_zoom))
        cursor.execute(f"SELECT length(m.t) > 0 FROM ({query.sql}) AS m(t)", filled)  # noqa: S608
        return bool(cursor.fetchone()[0])


def centre_of(layer: Layer, viewer: Viewer) -> list[float]:
    """Return [lon, lat, zoom] of a place where the layer has features at that zoom.

    The place is remembered and checked against the table each time, so an import that moves
    the layer moves it too.  An empty layer answers the middle of the city.
    """
    key = f"{layer.name}/{'' if layer.open_to_all() else sorted(viewer.roles)}"
    held = _centres.get(key)
    if held is None or not _has_features(layer, viewer, *held):
        held = _middle_feature(layer, viewer)
        if held is None:
            return [*PROFILE.centre, layer.best_zoom]
        if len(_centres) > 500:
            _centres.clear()
        _centres[key] = held
    return [round(held[0], 7), round(held[1], 7), layer.best_zoom]


def _fields(layer: Layer, viewer: Viewer) -> dict[str, str]:
    """Say the type of each property in TileJSON's free words: Number, String or Boolean."""
    model = layer.rows(viewer).model
    said = {}
    for name, path in layer.properties.items():
        if not isinstance(path, str):
            said[name] = "String"
            continue
        at: Any = model
        for part in path.split("__"):
            found = at._meta.get_field(part)
            at = found.related_model or at
        internal = found.get_internal_type()
        if "Integer" in internal or internal in ("FloatField", "DecimalField"):
            said[name] = "Number"
        else:
            said[name] = "Boolean" if internal == "BooleanField" else "String"
    return said


def tilejson(layer: Layer, *, viewer: Viewer, tiles_url: str) -> dict[str, Any]:
    """Describe a layer; ``tiles_url`` is the absolute address with {z}/{x}/{y} in it."""
    return {
        "tilejson": "3.0.0",
        "name": layer.name,
        "description": str(layer.title),
        "title_ar": layer.title.ar,
        "title_en": layer.title.en,
        "attribution": str(layer.attribution),
        "scheme": "xyz",
        "tiles": [tiles_url],
        "minzoom": layer.min_zoom,
        "maxzoom": layer.max_zoom,
        "bounds": list(WORLD if layer.guest else PROFILE.extent),
        "center": centre_of(layer, viewer),
        "vector_layers": [
            {
                "id": layer.name,
                "description": str(layer.title),
                "minzoom": layer.min_zoom,
                "maxzoom": layer.max_zoom,
                "fields": _fields(layer, viewer),
            }
        ],
    }
