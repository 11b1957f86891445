"""What a layer is: declared once beside the models of its app, served in every form from here.

From one declaration come the vector tiles and TileJSON (and later the OGC collection, legend
and exports).  This module knows no app: the list of layers is ``MAP_LAYERS`` in the settings.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Expression, Q, QuerySet
from django.utils.module_loading import import_string

from maps.mvt import EXTENT
from municipality.people.access import ANYONE, not_found
from municipality.people.roles import CODES
from municipality.words import Text

Z_LAST = 22  # the last zoom of the pyramid
STAFF = tuple(code for code in CODES if code not in ("citizen", "office"))


class LayerError(ValueError):
    """A declaration is unsound; the server does not start."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and on which day of the city: all that may decide what a layer shows."""

    roles: frozenset[str]
    on: dt.date


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of the map.

    ``geometry`` is the stored METRIC column; ``web`` its Web Mercator copy, if one is kept.
    ``properties`` maps names in the tile to ORM paths or expressions of text, ``attributes``
    names one JSON column whose keys become properties.  ``detail`` thins the layer out: below the
    zoom of a step only rows that meet its condition are drawn.  ``buffer`` must hold half the
    width of a line that is drawn in true metres, else it is cut at the edges of tiles.
    ``allowed`` are role codes or ANYONE; ``public`` is the same layer as everybody else sees it,
    under the same name, from rows and a geometry of its own.
    """

    name: str
    title: Text
    rows: Callable[[Viewer], QuerySet[Any]]
    geometry: str
    properties: Mapping[str, str | Expression]
    kind: str  # polygon, line, point or any
    min_zoom: int
    max_zoom: int
    best_zoom: int
    web: str | None = None
    feature_id: str = "id"
    attributes: str | None = None
    detail: tuple[tuple[int, Q], ...] = ()
    allowed: tuple[str, ...] = (ANYONE,)
    guest: bool = False
    buffer: int = 64  # of 4096: how far features run over the edge of their tile
    attribution: Text = field(default=Text("", ""))
    public: "Layer | None" = None

    def __post_init__(self) -> None:
        if not 0 <= self.min_zoom <= self.best_zoom <= self.max_zoom <= Z_LAST:
            raise LayerError(f"{self.name}: zooms must rise from 0 to {Z_LAST}")
        if not self.allowed or set(self.allowed) - {ANYONE, *CODES}:
            raise LayerError(f"{self.name}: allowed names roles or ANYONE")
        if not 0 <= self.buffer <= EXTENT:
            raise LayerError(f"{self.name}: the buffer lies between 0 and {EXTENT}")
        if self.kind not in ("polygon", "line", "point", "any"):
            raise LayerError(f"{self.name}: {self.kind} is not a kind of geometry")
        if self.public is not None and (
            self.public.name != self.name or not self.public.open_to_all() or self.open_to_all()
        ):
            raise LayerError(f"{self.name}: its public side is open to all under the same name")

    def open_to_all(self) -> bool:
        """Tell whether everybody may see it, signed in or not."""
        return ANYONE in self.allowed

    def seen_by(self, roles: frozenset[str]) -> bool:
        """Tell whether someone with these roles may see it."""
        return self.open_to_all() or not roles.isdisjoint(self.allowed)

    def side_of(self, roles: frozenset[str]) -> "Layer | None":
        """Return the layer as someone with these roles may see it; None: not at all."""
        return self if self.seen_by(roles) else self.public

    def step(self, z: int) -> int:
        """Return the place in ``detail`` that holds at zoom z (its length: all rows)."""
        for place, (below, _) in enumerate(self.detail):
            if z < below:
                return place
        return len(self.detail)

    def drawn(self, viewer: Viewer, step: int) -> QuerySet[Any]:
        """Return the rows this viewer sees at a step of ``detail``."""
        rows = self.rows(viewer)
        return rows.filter(self.detail[step][1]) if step < len(self.detail) else rows


@cache
def declared() -> dict[str, Layer]:
    """Return the layers of the wiring page by name; raises LayerError for two of one name."""
    found: dict[str, Layer] = {}
    for path in settings.MAP_LAYERS:
        layer = import_string(path)
        if not isinstance(layer, Layer):
            raise LayerError(f"{path} is not a Layer")
        if layer.name in found:
            raise LayerError(f"two layers are named {layer.name}")
        found[layer.name] = layer
    return found


def layer_named(name: str) -> Layer:
    """Return a declared or a guest layer; raises Problem 404."""
    if (layer := declared().get(name)) is not None:
        return layer
    from maps.guests import guest_layer  # tables are only loaded when an unknown name is asked

    if (guest := guest_layer(name)) is None:
        raise not_found()
    return guest
