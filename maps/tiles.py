"""A vector tile, cut in the database: no Python object is made for a feature.

Rows are found by ``&&`` on the stored Web Mercator copy alone, ordered by id (the same rows give
the same bytes, so an ETag changes when, and only when, something in the tile changes), clipped
and encoded by PostGIS.  The SQL is compiled by the ORM once per layer, viewer and day and then
only filled with z, x, y: Django's share of a tile is the request itself.
Figures: docs/benchmarks.md.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any

from django.contrib.gis.db.models import GeometryField
from django.contrib.gis.db.models.functions import Transform
from django.db import connection
from django.db.models import F, Func, TextField, Value

from maps.layers import Z_LAST, Layer, Viewer, declared
from maps.mvt import EXTENT
from municipality import crs
from municipality.problems import Problem
from municipality.words import Text

METRIC_FROM = 6  # below this zoom a tile is too wide to be turned into metres of one zone

_PLAIN = re.compile(r"[0-9]{1,8}")
NOT_AN_ADDRESS = Text(
    "عنوان المربع ثلاثة أعداد صحيحة: z ثم x ثم y.",
    "A tile's address is three whole numbers: z, x, y.",
)
OUTSIDE = Text(
    "لا مربع بهذا العنوان: يبدأ z من 0 وينتهي عند {last}، ويقع x وy بين 0 و2^z - 1.",
    "There is no such tile: z runs from 0 to {last}, x and y from 0 to 2^z - 1.",
).with_values(last=Z_LAST)


@dataclass(frozen=True, slots=True)
class TileAddress:
    """Where a tile lies in the pyramid of Web Mercator."""

    z: int
    x: int
    y: int


def tile_address(z: str, x: str, y: str) -> TileAddress:
    """Read an address as it stands in a URL; raises Problem 400 or 404, never anything else."""
    if not all(_PLAIN.fullmatch(part) for part in (z, x, y)):
        raise Problem(400, "tile_address", NOT_AN_ADDRESS)
    found = TileAddress(int(z), int(x), int(y))
    if found.z > Z_LAST or max(found.x, found.y) >= 1 << found.z:
        raise Problem(404, "outside_pyramid", OUTSIDE)
    return found


class _Slot:
    """Stands in the compiled SQL where z, x or y will be filled in."""

    def __init__(self, name: str) -> None:
        self.name = name


_Z, _X, _Y = _Slot("z"), _Slot("x"), _Slot("y")


class _Envelope(Func):
    """The square of the tile in WEB, widened by the buffer where rows are looked for."""

    def __init__(self, *, margin: float, output_field: Any = None) -> None:
        template = f"ST_TileEnvelope(%(expressions)s, margin => {margin!r}::float8)"
        super().__init__(
            *(Value(slot) for slot in (_Z, _X, _Y)),
            template=template,
            output_field=output_field or GeometryField(srid=crs.WEB),
        )


class _Densified(Func):
    """The square with points along its edges, which are curves in another system."""

    def __init__(self, square: Func, *, srid: int) -> None:
        # 2^-4 of the shortest edge there is at METRIC_FROM; a tile further in has only corners,
        # whose bow is far inside the margin.
        template = f"ST_Transform(ST_Segmentize(%(expressions)s, 40000), {srid})"
        super().__init__(square, template=template, output_field=GeometryField(srid=srid))


class _MvtGeometry(Func):
    """Declared as text, so that Django does not wrap it in a cast."""

    output_field = TextField()

    def __init__(self, *expressions: Any, buffer: int) -> None:
        template = f"ST_AsMVTGeom(%(expressions)s, {EXTENT}, {buffer}, true)"
        super().__init__(*expressions, template=template)


class _MercatorPart(Func):
    """A lon/lat shape without what lies beyond the edge of Web Mercator."""

    template = (
        f"ST_ClipByBox2D(%(expressions)s, ST_MakeEnvelope(-180, -85.06, 180, 85.06, {crs.LONLAT}))"
    )
    output_field = GeometryField(srid=crs.LONLAT)


@dataclass(frozen=True, slots=True)
class TileQuery:
    """Compiled SQL with slots for z, x, y."""

    sql: str
    params: tuple[Any, ...]

    def filled(self, at: TileAddress) -> list[Any]:
        """Return the parameters for one tile."""
        return [getattr(at, p.name) if isinstance(p, _Slot) else p for p in self.params]


def _near(layer: Layer, *, wide: bool) -> dict[str, Any]:
    """Return the filter that finds rows by an index; none where the table is read whole."""
    square = _Envelope(margin=layer.buffer / EXTENT)
    if layer.web is not None:
        return {f"{layer.web}__bboverlaps": square}
    if layer.guest:
        return {f"{layer.geometry}__bboverlaps": Transform(square, crs.LONLAT)}
    if wide:
        return {}
    return {f"{layer.geometry}__bboverlaps": _Densified(square, srid=crs.METRIC)}


def _web_shape(layer: Layer) -> Any:
    if layer.web is not None:
        return F(layer.web)
    if layer.guest:
        return Transform(_MercatorPart(layer.geometry), crs.WEB)
    return Transform(layer.geometry, crs.WEB)


def compile_tile(layer: Layer, viewer: Viewer, *, step: int, wide: bool) -> TileQuery:
    """Compile the SQL of a layer's tiles for a viewer, a day and a step of detail."""
    names = [*layer.properties, *([layer.attributes] if layer.attributes else [])]
    paths = [*layer.properties.values(), *([layer.attributes] if layer.attributes else [])]
    columns: dict[str, Any] = {
        f"p{i}_": F(path) if isinstance(path, str) else path for i, path in enumerate(paths)
    }
    columns["id_"] = F(layer.feature_id)
    columns["mvt_"] = _MvtGeometry(_web_shape(layer), _Envelope(margin=0.0), buffer=layer.buffer)
    rows = layer.drawn(viewer, step).filter(**_near(layer, wide=wide)).order_by()
    inner, params = rows.values(**columns).query.sql_with_params()
    chosen = ", ".join(f'p{i}_ AS "{name}"' for i, name in enumerate(names))
    outer = f'SELECT id_ AS "feature_id", {chosen + ", " if chosen else ""}mvt_ FROM ({inner}) AS r'  # noqa: S608
    sql = (
        # Ordered inside the aggregate: always the same bytes, and the planner starts no parallel
        # worker, which takes longer to load PostGIS than a tile takes to cut.
        f"SELECT ST_AsMVT(t, %s, {EXTENT}, 'mvt_', 'feature_id' ORDER BY feature_id) "  # noqa: S608
        f"FROM ({outer}) AS t"  # a NULL shape is left out
    )
    return TileQuery(sql, (layer.name, *params))


@lru_cache(maxsize=512)
def _compiled(name: str, is_public: bool, viewer: Viewer, step: int, wide: bool) -> TileQuery:
    layer = declared()[name]
    side = layer.public if is_public and layer.public is not None else layer
    return compile_tile(side, viewer, step=step, wide=wide)


def tile_query(layer: Layer, viewer: Viewer, z: int) -> TileQuery:
    """Return the SQL of a layer's tiles at zoom z; compiled once for declared layers."""
    step, wide = layer.step(z), z < METRIC_FROM
    if layer.guest:
        return compile_tile(layer, viewer, step=step, wide=wide)
    return _compiled(layer.name, layer.open_to_all(), viewer, step, wide)


def tile(layer: Layer, *, at: TileAddress, viewer: Viewer) -> bytes:
    """Cut one Mapbox vector tile; ``b""`` (a valid tile) below the layer's first zoom.

    The first zoom is enforced, so that nobody asks the database for a world of plots.
    """
    if at.z < layer.min_zoom:
        return b""
    query = tile_query(layer, viewer, at.z)
    return _fetched(query, at)


# A binary COPY of one row of one column: 19 bytes of header, 2 + 4 that say one field and its
# length, and 2 that end it.
_BEFORE, _AFTER = 25, 2


def _fetched(query: TileQuery, at: TileAddress) -> bytes:
    """Fetch a tile as it is: SELECT would send every byte as two hexadecimal digits."""
    out = BytesIO()
    with connection.cursor() as cursor:
        sql = cursor.mogrify(query.sql, query.filled(at))
        cursor.copy_expert(b"COPY (" + sql + b") TO STDOUT (FORMAT binary)", out)
    return bytes(out.getbuffer()[_BEFORE:-_AFTER])
