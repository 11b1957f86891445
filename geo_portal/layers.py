"""Boundaries on the map.  The ground floor may not import the maps engine, so they stand here."""

from maps.layers import Layer
from municipality.places.models import AreaVersion, WilayatVersion
from municipality.words import Text

WILAYATS = Layer(
    name="wilayats",
    title=Text("الولايات", "Wilayats"),
    rows=lambda viewer: WilayatVersion.objects.filter(valid__contains=viewer.on),
    geometry="boundary",
    feature_id="wilayat_id",
    properties={
        "code": "wilayat__code",
        "name_ar": "wilayat__name_ar",
        "name_en": "wilayat__name_en",
        "approximate": "approximate",
    },
    kind="polygon",
    min_zoom=4,
    best_zoom=9,
    max_zoom=14,
)

AREAS = Layer(
    name="areas",
    title=Text("المناطق السكنية", "Housing areas"),
    rows=lambda viewer: AreaVersion.objects.filter(valid__contains=viewer.on),
    geometry="boundary",
    feature_id="area_id",
    properties={
        "code": "area__code",
        "name_ar": "area__name_ar",
        "name_en": "area__name_en",
        "wilayat": "area__wilayat__code",
        "approximate": "approximate",
    },
    kind="polygon",
    min_zoom=8,
    best_zoom=12,
    max_zoom=15,
)
