"""What a page's map is told by the server: one JSON block, so that no script is written inline."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse

from geo_portal.home.basemap import archive_address
from maps.layers import declared
from municipality.conf import PROFILE
from municipality.people.access import roles_of
from municipality.places.demo import is_demo
from municipality.words import Text, in_arabic

COAST_NOTE = Text("خط الساحل GSHHG (LGPL)", "coastline GSHHG (LGPL)")
DEMO_NOTE = Text("بيانات تجريبية غير معتمدة", "synthetic data, not authoritative")


def attribution() -> str:
    """Say whose data the map shows; always visible on it."""
    parts = [str(Text(PROFILE.municipality_ar, PROFILE.municipality_en))]
    if is_demo():
        parts.append(str(DEMO_NOTE))
    return " · ".join([*parts, str(COAST_NOTE)])


def visible_layers(request: HttpRequest) -> list[str]:
    """Name the declared layers this person may see, so that a map asks for no other."""
    roles = roles_of(request)
    return [name for name, layer in declared().items() if layer.side_of(roles) is not None]


def map_config(request: HttpRequest, **extra: Any) -> dict[str, Any]:
    """Describe the city to a map island; bounds and centre are lon/lat degrees of the profile."""
    style = settings.GEO_MAP_STYLE_LIGHT or None
    return {
        "lang": "ar" if in_arabic() else "en",
        "is_demo": is_demo(),
        "tiles": "/tiles",
        "layers": visible_layers(request),
        "bounds": list(PROFILE.extent),
        "center": list(PROFILE.centre),
        "zoom": PROFILE.map.get("zoom", 10),
        "style": style,
        "style_dark": settings.GEO_MAP_STYLE_DARK or style,
        "pmtiles": archive_address(),
        "coast": static("maps/coast.geojson"),
        "waters": PROFILE.map.get("waters", []),
        "roles": sorted(roles_of(request)),
        "attribution": attribution(),
        "time_zone": str(PROFILE.time_zone),
        "search_url": reverse("home:search"),
        "municipality": str(Text(PROFILE.municipality_ar, PROFILE.municipality_en)),
        **extra,
    }
