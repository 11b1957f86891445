"""Archives are judged by their table of contents before a byte of them is unpacked."""

import gzip
import stat
import zipfile
import zlib
from pathlib import Path

from municipality.documents.sandbox.kinds import (
    CSV,
    FLATGEOBUF,
    GEOPACKAGE,
    JSON,
    OSM_XML,
    SHAPEFILE,
    ZIP,
    Kind,
    NotAccepted,
    kind_of,
)

MAX_ENTRIES = 200  # a zipped shapefile has about ten
MAX_RATIO = 200  # unpacked over packed; text of a cadastre packs about 1 to 12
MAX_UNPACKED = 4 << 30  # bytes
_SHAPE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_SINGLE = {
    ".gpkg": GEOPACKAGE,
    ".geojson": JSON,
    ".json": JSON,
    ".csv": CSV,
    ".txt": CSV,
    ".fgb": FLATGEOBUF,
    ".osm": OSM_XML,
}
_CHUNK = 1 << 20


def _bad_name(name: str) -> bool:
    return (
        name.startswith(("/", "\\"))
        or ":" in name[:3]
        or "\0" in name
        or ".." in name.replace("\\", "/").split("/")
    )


def _check_entry(entry: zipfile.ZipInfo) -> None:
    mode = entry.external_attr >> 16
    if entry.flag_bits & 0x1:
        raise NotAccepted("zip_encrypted")
    if _bad_name(entry.filename):
        raise NotAccepted("zip_bad_name", name=entry.filename)
    if mode and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_IFMT(mode) == 0):
        raise NotAccepted("zip_not_a_file", name=entry.filename)
    if entry.file_size > MAX_UNPACKED:
        raise NotAccepted("zip_too_large")
    if entry.compress_size and entry.file_size / entry.compress_size > MAX_RATIO * 5:
        raise NotAccepted("zip_bomb", ratio=entry.file_size // entry.compress_size)


def _checked(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise NotAccepted("zip_too_many", count=len(entries), most=MAX_ENTRIES)
    for entry in entries:
        _check_entry(entry)
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    if unpacked > MAX_UNPACKED:
        raise NotAccepted("zip_too_large")
    if unpacked > 10 * _CHUNK and unpacked / packed > MAX_RATIO:
        raise NotAccepted("zip_bomb", ratio=unpacked // packed)
    files = [e for e in entries if not e.is_dir() and not _is_litter(e.filename)]
    names = [e.filename.lower() for e in files]
    if len(set(names)) != len(names):
        raise NotAccepted("zip_doubled_name")
    if any(name.endswith((".zip", ".gz", ".7z", ".rar", ".tar")) for name in names):
        raise NotAccepted("zip_nested")
    return files


def _is_litter(name: str) -> bool:
    last = name.rsplit("/", 1)[-1]
    return name.startswith("__MACOSX/") or last.startswith(".") or last in {"Thumbs.db"}


def _copy(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    """Unpack one entry, counting what really comes out: the table of contents may lie."""
    written = 0
    with archive.open(entry) as source, target.open("wb") as sink:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            if written > entry.file_size or written > MAX_UNPACKED:
                raise NotAccepted("zip_lies", name=entry.filename)
            sink.write(chunk)


def _shapefile(
    archive: zipfile.ZipFile, files: list[zipfile.ZipInfo], stem: str, job: Path
) -> Path:
    found: dict[str, zipfile.ZipInfo] = {}
    for entry in files:
        name = entry.filename.lower()
        for ending in _SHAPE_PARTS:
            if name == stem + ending:
                found[ending] = entry
    for ending in (".shx", ".dbf"):
        if ending not in found:
            raise NotAccepted("shapefile_incomplete", part=ending)
    for ending, entry in found.items():
        _copy(archive, entry, job / f"input{ending}")
    return job / "input.shp"


def _pick_layer(stems: list[str], layer: str) -> str:
    if len(stems) == 1 and not layer:
        return stems[0]
    named = [stem for stem in stems if stem.rsplit("/", 1)[-1] == layer.lower()]
    if len(named) == 1:
        return named[0]
    shown = ", ".join(stem.rsplit("/", 1)[-1] for stem in stems)
    raise NotAccepted("layer_not_named" if not layer else "no_such_layer", layers=shown)


def unzip(path: Path, job: Path, *, layer: str) -> tuple[Path, Kind, list[str]]:
    """Unpack the one data set of a zip file; returns its path, kind and layer names."""
    try:
        with zipfile.ZipFile(path) as archive:
            files = _checked(archive)
            stems = sorted(
                e.filename.lower()[:-4] for e in files if e.filename[-4:].lower() == ".shp"
            )
            if stems:
                stem = _pick_layer(stems, layer)
                return _shapefile(archive, files, stem, job), SHAPEFILE, [stem]
            single = [e for e in files if Path(e.filename.lower()).suffix in _SINGLE]
            if len(single) != 1:
                raise NotAccepted("zip_without_data")
            ending = Path(single[0].filename.lower()).suffix
            target = job / f"input{ending}"
            _copy(archive, single[0], target)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise NotAccepted("zip_broken", reason=error) from None
    kind = kind_of(target, name=target.name)
    if kind is ZIP:
        raise NotAccepted("zip_nested")
    return target, kind, []


def gunzip(path: Path, job: Path, *, name: str) -> tuple[Path, Kind]:
    """Unpack a gzip file (OSM XML, GeoJSON, CSV), counting what comes out."""
    target, written, packed = job / "input.unpacked", 0, max(path.stat().st_size, 1)
    try:
        with gzip.open(path) as source, target.open("wb") as sink:
            while chunk := source.read(_CHUNK):
                written += len(chunk)
                if written > MAX_UNPACKED or (
                    written > 50 * _CHUNK and written / packed > MAX_RATIO
                ):
                    raise NotAccepted("zip_bomb", ratio=written // packed)
                sink.write(chunk)
    except (OSError, EOFError, zlib.error) as error:
        raise NotAccepted("zip_broken", reason=error) from None
    kind = kind_of(target, name=name.removesuffix(".gz"))
    if kind.code in {"zip", "gzip"}:
        raise NotAccepted("zip_nested")
    final = job / f"input{kind.ending}"
    target.rename(final)
    return final, kind
