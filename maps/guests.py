"""Guest layers as layers: the same tiles and TileJSON, from a table in longitude and latitude."""

from typing import Any

from django.db.models import QuerySet

from maps.layers import Layer, Viewer
from maps.models import GuestFeature, GuestLayer
from municipality.words import Text


def guest_layer(name: str) -> Layer | None:
    """Return the declaration of a stored guest layer, or None."""
    stored = GuestLayer.objects.filter(code=name).only("id", "name_ar", "name_en").first()  # unique
    if stored is None:
        return None
    layer_id = stored.pk

    def rows(viewer: Viewer) -> QuerySet[Any]:
        return GuestFeature.objects.filter(layer_id=layer_id)

    return Layer(
        name=name,
        title=Text(stored.name_ar, stored.name_en),
        rows=rows,
        geometry="shape",
        properties={},
        attributes="attributes",
        kind="any",
        min_zoom=0,
        max_zoom=16,
        best_zoom=10,
        guest=True,
    )
