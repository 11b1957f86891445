"""The formats GDAL reads: GeoPackage, shapefile, FlatGeobuf, OpenStreetMap.

Only the driver of the decided format stays registered; a file that names another file or an
address (VRT and its kin) finds nobody to open it.
"""

import codecs
import ctypes
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyogrio

from municipality.documents.sandbox.kinds import DBF, SHAPEFILE, Kind, NotAccepted
from municipality.documents.sandbox.reading import (
    LONLAT,
    MAX_ROWS,
    Reading,
    System,
    add_mark,
    as_text,
    system_of,
    wkb_column,
)

_OSM_CONFIG = """
closed_ways_are_polygons=aeroway,amenity,boundary,building,craft,geological,historic,landuse,leisure,military,natural,office,place,shop,sport,tourism,area
attribute_name_laundering=no
[points]
osm_id=yes
attributes=name,name:ar,name:en,amenity,place
other_tags=no
[lines]
osm_id=yes
attributes=name,name:ar,name:en,highway,width,lanes,surface,oneway,service,bridge,tunnel,layer,ref
other_tags=no
[multipolygons]
osm_id=yes
osm_way_id=yes
attributes=name,name:ar,name:en,building,building:levels,height,amenity,landuse,office,shop
other_tags=no
[multilinestrings]
osm_id=yes
attributes=name,type
other_tags=no
[other_relations]
osm_id=yes
attributes=name,type
other_tags=no
"""
_CODE_PAGES = {
    0x57: "latin-1", 0x03: "cp1252", 0x01: "cp437", 0x02: "cp850", 0x7D: "cp1255",
    0x7E: "cp1256", 0x64: "cp852", 0x65: "cp866", 0xC8: "cp1250", 0xC9: "cp1251",
    0xCA: "cp1254", 0xCB: "cp1253", 0x4D: "gbk", 0x4E: "cp949", 0x4F: "big5", 0x13: "shift_jis",
    0x7B: "shift_jis", 0x7A: "gbk", 0x79: "cp949", 0x78: "big5",
}  # fmt: skip
_OTHER_ENCODINGS = (
    "ascii", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gb2312",
    "euc_jp", "euc_kr", "koi8_r", "mac_roman", "mac_arabic",
    "cp720", "cp864", "cp1256", "cp1257", "cp1258",
    *(f"iso8859_{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 15)),
)  # fmt: skip
_LINEAR = frozenset(range(1, 8))
_SELECT = {"lines": "highway IS NOT NULL", "multipolygons": "building IS NOT NULL"}


def _gdal() -> ctypes.CDLL:
    """Find the GDAL that pyogrio has loaded; there must be no second one."""
    folder = Path(pyogrio.__file__).parent
    for place in (folder.parent / "pyogrio.libs", folder / ".dylibs"):
        for path in sorted(place.glob("libgdal*")):
            return ctypes.CDLL(str(path))
    raise RuntimeError("pyogrio's GDAL was not found")


def warm_up() -> None:
    """Load what is loaded lazily (the PROJ database, code pages) while files can be read."""
    gdal = _gdal()
    gdal.OSRNewSpatialReference.restype = ctypes.c_void_p
    gdal.OSRImportFromEPSG.argtypes = [ctypes.c_void_p, ctypes.c_int]
    gdal.OSRImportFromEPSG(gdal.OSRNewSpatialReference(None), LONLAT)
    for name in {*_CODE_PAGES.values(), *_OTHER_ENCODINGS}:
        codecs.lookup(name)
    system_of(f"EPSG:{LONLAT}", "")
    system_of('LOCAL_CS["x",UNIT["metre",1]]', "")


def allow_only(drivers: Sequence[str]) -> int:
    """Take every driver but these from GDAL; returns how many are left."""
    gdal = _gdal()
    gdal.GDALGetDriver.restype = ctypes.c_void_p
    gdal.GDALGetDriver.argtypes = [ctypes.c_int]
    gdal.GDALGetDescription.restype = ctypes.c_char_p
    gdal.GDALGetDescription.argtypes = [ctypes.c_void_p]
    gdal.GDALDeregisterDriver.argtypes = [ctypes.c_void_p]
    handles = [gdal.GDALGetDriver(i) for i in range(gdal.GDALGetDriverCount())]
    for handle in handles:
        if gdal.GDALGetDescription(handle).decode() not in drivers:
            gdal.GDALDeregisterDriver(handle)
    return int(gdal.GDALGetDriverCount())


def _pick(names: list[str], *, layer: str, hints: Sequence[str]) -> str:
    if layer:
        if layer in names:
            return layer
        raise NotAccepted("no_such_layer", layers=", ".join(names))
    if len(names) == 1:
        return names[0]
    lowered = {name.lower(): name for name in names}
    for hint in hints:
        if hint.lower() in lowered:
            return lowered[hint.lower()]
    raise NotAccepted("layer_not_named", layers=", ".join(names)[:200])


def _code_page(path: Path) -> str | None:
    """Read the encoding a DBF declares (.cpg beside it, else its language byte)."""
    declared = path.with_suffix(".cpg")
    if declared.is_file():
        name = declared.read_text("ascii", "ignore").strip()[:40]
        declared.unlink()
        number = re.search(r"(\d{3,5})", name)
        guesses = [name, name.replace(" ", "-"), f"cp{number.group(1)}" if number else "utf-8"]
        for guess in guesses:
            try:
                return codecs.lookup(guess).name
            except LookupError:
                continue
    with path.with_suffix(".dbf").open("rb") as file:
        language = file.read(30)[29]
    return _CODE_PAGES.get(language)


def _decoded(values: Any, encoding: str) -> tuple[list[str | None], set[int]]:
    """Turn raw bytes (carried as Latin-1) into text; the rows that cannot be are returned."""
    texts: list[str | None] = []
    bad: set[int] = set()
    for row, value in enumerate(values):
        if not isinstance(value, str):
            texts.append(None if value is None or value != value else str(value))
            continue
        if value.isascii():
            texts.append(value or None)
            continue
        try:
            texts.append(value.encode("latin-1").decode(encoding))
        except (UnicodeDecodeError, UnicodeEncodeError):
            texts.append(value.encode("latin-1", "replace").decode(encoding, "replace"))
            bad.add(row)
    return texts, bad


def _column(values: Any) -> pa.Array:
    """Make text of a numeric or date column; numpy's NaN and NaT are NULL."""
    return as_text(pa.array(values, from_pandas=True))


def _read_dbf(path: Path, kind: Kind, layers: list[str]) -> Reading:
    """Read a shapefile: its text is decoded here, because GDAL hides what it cannot decode."""
    encoding = _code_page(path)
    meta, _, wkb, columns = pyogrio.raw.read(str(path), encoding="ISO-8859-1")
    rows = len(columns[0]) if wkb is None and len(columns) else len(wkb) if wkb is not None else 0
    names = [
        str(name).encode("latin-1", "replace").decode("utf-8", "replace") for name in meta["fields"]
    ]
    texts = {n: c for n, c in zip(names, columns, strict=True) if c.dtype == object}
    tried = encoding or "utf-8"
    marks: list[str | None] = [None] * rows
    attributes: dict[str, pa.Array] = {}
    for name, values in zip(names, columns, strict=True):
        if name not in texts:
            attributes[name] = _column(values)
            continue
        decoded, bad = _decoded(values, tried)
        attributes[name] = pa.array(decoded, pa.large_string())
        for row in bad:
            if not marks[row]:
                add_mark(marks, row, "wrong_encoding")
    if wkb is None:
        wkb = np.full(rows, None, dtype=object)
    return Reading(
        kind=kind.code,
        rows=rows,
        attributes=attributes,
        wkb=wkb_column(wkb),
        marks=marks,
        system=system_of(meta["crs"], "prj"),
        layer=layers[0] if layers else "",
        layers=layers,
        encoding=tried if encoding else f"{tried} (not declared)",
    )


def _nonlinear(wkb: pa.Array) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Tell which shapes are curves, by the type word of their WKB."""
    head = pc.binary_slice(wkb.cast(pa.large_binary()), 0, 5)
    found = np.zeros(len(wkb), dtype=bool)
    seen = pc.unique(head).to_pylist()
    curved = [h for h in seen if h and _type(h) not in _LINEAR]
    if curved:
        found = pc.is_in(head, value_set=pa.array(curved, head.type)).to_numpy(zero_copy_only=False)
    return found


def _type(head: bytes) -> int:
    code = int.from_bytes(head[1:5], "little" if head[0] == 1 else "big")
    return (code & 0x0FFFFFFF) % 1000


def _options(kind: Kind, layer: str, hints: Sequence[str]) -> dict[str, Any]:
    """Options of GDAL; of OpenStreetMap an importer of roads or buildings wants only these."""
    options: dict[str, Any] = {"layer": layer}
    if kind.code == "geopackage":
        options |= {"IMMUTABLE": "YES", "NOLOCK": "YES"}
    if kind.code.startswith("osm") and layer in _SELECT and layer in hints:
        options["where"] = _SELECT[layer]
    return options


def _whole(path: Path, kind: Kind, layer: str, rows: int) -> None:
    """Refuse a file that says it holds more rows than could be read."""
    if rows > MAX_ROWS:
        raise NotAccepted("too_many_rows", most=MAX_ROWS)
    if kind.code.startswith("osm"):
        return
    said = pyogrio.read_info(str(path), layer=layer, force_feature_count=True)["features"]
    if said >= 0 and said != rows:
        raise NotAccepted("file_damaged", said=said, read=rows)


def _read_arrow(
    path: Path, kind: Kind, layer: str, layers: list[str], hints: Sequence[str]
) -> Reading:
    options = _options(kind, layer, hints)
    meta, table = pyogrio.raw.read_arrow(str(path), **options)
    _whole(path, kind, layer, table.num_rows)
    geometry = meta["geometry_name"] or "wkb_geometry"
    if geometry in table.column_names:
        wkb = table[geometry].combine_chunks().cast(pa.large_binary())
        if isinstance(wkb, pa.ChunkedArray):
            wkb = pa.concat_arrays(wkb.chunks) if wkb.num_chunks else pa.nulls(0, pa.large_binary())
    else:
        wkb = pa.nulls(table.num_rows, pa.large_binary())
    marks: list[str | None] | None = None
    curved = _nonlinear(wkb)
    if curved.any():
        marks = ["curve_linearised" if flag else None for flag in curved]
        wkb = wkb_column(pyogrio.raw.read(str(path), columns=[], **options)[2])
    attributes = {n: as_text(table[n]) for n in table.column_names if n != geometry}
    says = {"geopackage": "gpkg", "flatgeobuf": "fgb"}.get(kind.code, "osm")
    system = system_of(meta["crs"], says)
    if kind.code.startswith("osm"):
        system = System(LONLAT, "WGS 84 (OpenStreetMap)", "osm")
    return Reading(
        kind=kind.code,
        rows=table.num_rows,
        attributes=attributes,
        wkb=wkb,
        marks=marks,
        system=system,
        layer=layer,
        layers=layers,
        selected=str(options.get("where", "")),
    )


def read_gdal(path: Path, kind: Kind, *, layer: str, hints: Sequence[str]) -> Reading:
    """Read one layer with the one driver of its format; raises NotAccepted."""
    if allow_only(kind.drivers) != len(kind.drivers):
        raise NotAccepted("driver_missing", kind=kind.code)
    if kind.code.startswith("osm"):
        config = path.with_name("osmconf.ini")
        config.write_text(_OSM_CONFIG, encoding="utf-8")
        os.environ["OSM_CONFIG_FILE"] = str(config)
        pyogrio.set_gdal_config_options({"OSM_CONFIG_FILE": str(config)})
    try:
        layers = [str(row[0]) for row in pyogrio.list_layers(str(path))]
        if kind in (SHAPEFILE, DBF):
            return _read_dbf(path, kind, layers)
        if not layers:
            raise NotAccepted("no_layer")
        chosen = _pick(layers, layer=layer, hints=hints)
        return _read_arrow(path, kind, chosen, layers, hints)
    except NotAccepted:
        raise
    except MemoryError:
        raise NotAccepted("too_large_to_read") from None
    except Exception as error:  # whatever a parser says of a broken file is one sentence
        raise NotAccepted("unreadable", reason=str(error).replace(str(path), path.name)) from None
