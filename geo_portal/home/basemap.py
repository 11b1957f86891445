"""The city's own basemap archive (PMTiles), read by the browser in ranges of bytes.

One file, named in the settings; the address holds no path.  Ranges as RFC 9110 §14: one range
is answered 206, one past the end 416; several at once, or a range that cannot be read, get the
whole file, as the RFC allows.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from municipality.people.access import ANYONE, not_found, open_to

PMTILES = "application/vnd.pmtiles"
CHUNK = 256 * 1024  # bytes read at once
AGE_S = 3600  # a new file has a new address (``v``), so an old part is never mixed into it
_ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class Unsatisfiable(ValueError):
    """The range lies past the end of the file."""


def archive() -> Path | None:
    """Return the archive of the settings, or None where none is set or the file is gone."""
    path = Path(settings.GEO_MAP_PMTILES) if settings.GEO_MAP_PMTILES else None
    return path if path is not None and path.is_file() else None


def _etag(path: Path) -> str:
    stat = path.stat()
    return f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"'


def archive_address() -> str | None:
    """Return the address of the archive as it is now; None where there is none."""
    path = archive()
    if path is None:
        return None
    version = _etag(path).strip('"')
    return f"{reverse('basemap')}?v={version}"


def asked_range(header: str, *, size: int) -> tuple[int, int] | None:
    """Read a Range header as ``[start, end)`` bytes of a file of ``size`` bytes.

    None means the whole file.  Raises Unsatisfiable for a range that holds no byte of the file.
    """
    found = _ONE_RANGE.fullmatch(header.replace(" ", ""))
    if found is None or found.group(0) == "bytes=-":
        return None
    first, last = found.groups()
    if not first:  # the last n bytes
        start, end = max(size - int(last), 0), size
    else:
        if last and int(last) < int(first):
            return None
        start, end = int(first), min(int(last) + 1, size) if last else size
    if start >= end:
        raise Unsatisfiable
    return start, end


def _part(path: Path, start: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while start < end and (piece := file.read(min(CHUNK, end - start))):
            start += len(piece)
            yield piece


def _ranged(request: HttpRequest, path: Path, etag: str) -> HttpResponseBase:
    size = path.stat().st_size
    whole = request.headers.get("If-Range", etag) != etag  # what the asker holds is of another file
    try:
        part = None if whole else asked_range(request.headers.get("Range", ""), size=size)
    except Unsatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    start, end = part or (0, size)
    response = StreamingHttpResponse(_part(path, start, end), content_type=PMTILES)
    response["Content-Length"] = str(end - start)
    if part is not None:
        response.status_code = 206
        response["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return response


@require_safe
@open_to(ANYONE)
def basemap(request: HttpRequest) -> HttpResponseBase:
    """Answer the archive or the part of it that is asked for; 404 where the city has none."""
    path = archive()
    if path is None:
        raise not_found()
    etag = _etag(path)
    held = parse_etags(request.headers.get("If-None-Match", ""))
    if "Range" not in request.headers and ("*" in held or etag in held):
        response: HttpResponseBase = HttpResponse(status=304)
    else:
        response = _ranged(request, path, etag)
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = f"public, max-age={AGE_S}"
    return response
