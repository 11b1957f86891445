"""What a file is, by its first bytes; its name is only a hint between text formats."""

import re
from pathlib import Path
from typing import NamedTuple

_HEAD = 65_536


class NotAccepted(Exception):
    """The file is refused whole: a stable code and the values of its sentence."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = {name: str(value)[:300] for name, value in values.items()}


class Kind(NamedTuple):
    """One accepted format: the ending GDAL expects, and the drivers that may open it."""

    code: str
    ending: str
    drivers: tuple[str, ...]


GEOPACKAGE = Kind("geopackage", ".gpkg", ("GPKG",))
FLATGEOBUF = Kind("flatgeobuf", ".fgb", ("FlatGeobuf",))
OSM_PBF = Kind("osm_pbf", ".osm.pbf", ("OSM",))
OSM_XML = Kind("osm_xml", ".osm", ("OSM",))
SHAPEFILE = Kind("shapefile", ".shp", ("ESRI Shapefile",))
DBF = Kind("dbf", ".dbf", ("ESRI Shapefile",))
JSON = Kind("json", ".json", ())
CSV = Kind("csv", ".csv", ())
ZIP = Kind("zip", ".zip", ())
GZIP = Kind("gzip", ".gz", ())

_REFUSED_STARTS = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"\x7fELF", "ELF"),
    (b"MZ", "EXE"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"BZh", "bzip2"),
    (b"\x00\x00\x00\x0cjP", "JPEG 2000"),
)
_VRT = re.compile(rb"<\s*(OGRVRTDataSource|VRTDataset|GDALTileIndexDataset|OGRWFSDataSource)", re.I)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1d\x7f]")
_XML_ROOT = re.compile(rb"<\s*([A-Za-z_][\w:.-]*)[\s>/]")


def _binary(head: bytes) -> Kind | None:
    if head.startswith(b"SQLite format 3\x00"):
        if head[68:72] in {b"GPKG", b"GP10", b"GP11"}:
            return GEOPACKAGE
        raise NotAccepted("kind_not_accepted", kind="SQLite")
    if head.startswith(b"fgb\x03"):
        return FLATGEOBUF
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return ZIP
    if head.startswith(b"\x1f\x8b"):
        return GZIP
    if head[4:15] == b"\x0a\x09OSMHeader":
        return OSM_PBF
    if head.startswith(b"\x00\x00\x27\x0a"):
        raise NotAccepted("shapefile_not_zipped")
    for start, name in _REFUSED_STARTS:
        if head.startswith(start):
            raise NotAccepted("kind_not_accepted", kind=name)
    return None


def _looks_like_dbf(head: bytes, size: int) -> bool:
    if len(head) < 33 or head[0] & 0x07 != 3 or not 1 <= head[2] <= 12 or not 1 <= head[3] <= 31:
        return False
    header, row = int.from_bytes(head[8:10], "little"), int.from_bytes(head[10:12], "little")
    rows = int.from_bytes(head[4:8], "little")
    return header >= 33 and row > 0 and header + rows * row <= size + 2


def _xml(head: bytes) -> Kind:
    if _VRT.search(head):
        raise NotAccepted("kind_not_accepted", kind="VRT")
    text = re.sub(rb"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*>", b"", head, flags=re.S)
    root = _XML_ROOT.search(text)
    name = root.group(1).decode("ascii", "replace") if root else "XML"
    if name == "osm":
        return OSM_XML
    raise NotAccepted("kind_not_accepted", kind=f"XML ({name})")


def _plain(head: bytes, name: str) -> Kind:
    """Tell JSON from a table of text: no binary zeros, unless the text is UTF-16."""
    wide = head[:2] in {b"\xff\xfe", b"\xfe\xff"} or head[1:4:2] == b"\0\0" or head[:4:2] == b"\0\0"
    start = head.replace(b"\0", b"") if wide else head
    start = start.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x1e")
    if start[:1] == b"<":
        return _xml(start)
    if not wide and len(_CONTROL.findall(head)) > len(head) // 50:
        raise NotAccepted("kind_unknown")
    if start[:1] in {b"{", b"["} or name.endswith((".geojson", ".json", ".geojsonl", ".ndjson")):
        return JSON
    return CSV


def kind_of(path: Path, *, name: str) -> Kind:
    """Decide what a file is; ``name`` is what the sender called it.  Raises NotAccepted."""
    size = path.stat().st_size
    if size == 0:
        raise NotAccepted("empty_file")
    with path.open("rb") as file:
        head = file.read(_HEAD)
    found = _binary(head)
    if found is not None:
        return found
    if _looks_like_dbf(head, size):
        return DBF
    return _plain(head, name.lower())
