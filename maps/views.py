"""Tiles and their descriptions over HTTP."""

import hashlib
from typing import TypeVar

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from maps.layers import Layer, Viewer, layer_named
from maps.tilejson import tilejson
from maps.tiles import tile, tile_address
from municipality.city_time import city_day
from municipality.people.access import ANYONE, not_found, open_to, roles_of

MVT = "application/vnd.mapbox-vector-tile"
_Response = TypeVar("_Response", bound=HttpResponse)
OPEN_AGE_S = 60  # how long a browser may show an open tile without asking again


def content_answer(
    request: HttpRequest, body: bytes, *, content_type: str, cache: str
) -> HttpResponse:
    """Answer a body with a strong ETag, or 304 where the asker holds the same bytes.

    Not compressed here: packing a dense tile costs more than the database takes to cut it on
    a local network; the proxy in front packs for slow lines (docs/decisions/0030).
    """
    # Processors have SHA-1 built in: a third of the time of other digests on a dense tile.
    etag = f'"{hashlib.sha1(body, usedforsecurity=False).hexdigest()}"'
    held = parse_etags(request.headers.get("If-None-Match", ""))
    if "*" in held or etag in [tag.removeprefix("W/") for tag in held]:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(body, content_type=content_type)
    response["ETag"] = etag
    response["Cache-Control"] = cache
    return response


def _layer_and_viewer(request: HttpRequest, name: str) -> tuple[Layer, Viewer]:
    """Return the layer and who looks; an open layer is the same for all, so nobody is asked.

    Of a layer with a public side everybody else gets that side, whatever roles they have.
    """
    layer = layer_named(name)
    today = city_day(timezone.now())
    if layer.open_to_all():
        return layer, Viewer(frozenset(), today)
    roles = roles_of(request)
    side = layer.side_of(roles)
    if side is None:
        raise not_found()
    return side, Viewer(roles if side is layer else frozenset(), today)


def _cache(layer: Layer) -> str:
    return f"public, max-age={OPEN_AGE_S}" if layer.open_to_all() else "no-store"


def _kept_apart(name: str, response: _Response) -> _Response:
    """Let no cache give one viewer's side of a layer to another."""
    if layer_named(name).public is not None:
        patch_vary_headers(response, ("Cookie",))
    return response


@csrf_exempt  # nothing is written here: a POST is told that it is one
@require_safe
@open_to(ANYONE)
def layer_tile(request: HttpRequest, name: str, z: str, x: str, y: str) -> HttpResponse:
    """Answer one vector tile of a layer the asker may see, else 404."""
    layer, viewer = _layer_and_viewer(request, name)
    body = tile(layer, at=tile_address(z, x, y), viewer=viewer)
    return _kept_apart(name, content_answer(request, body, content_type=MVT, cache=_cache(layer)))


@csrf_exempt
@require_safe
@open_to(ANYONE)
def layer_tilejson(request: HttpRequest, name: str) -> JsonResponse:
    """Answer the TileJSON of a layer the asker may see, else 404."""
    layer, viewer = _layer_and_viewer(request, name)
    url = request.build_absolute_uri(f"/tiles/{layer.name}/") + "{z}/{x}/{y}.mvt"
    response = JsonResponse(tilejson(layer, viewer=viewer, tiles_url=url))
    response["Cache-Control"] = _cache(layer)
    return _kept_apart(name, response)
