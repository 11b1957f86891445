"""What parking shows on the map: the zones as they hold on the day of the viewer."""

from maps.layers import Layer
from municipality.words import Text
from parking_zones.zones.models import ZoneVersion

ZONES = Layer(
    name="parking_zones",
    title=Text("مناطق المواقف", "Parking zones"),
    rows=lambda viewer: ZoneVersion.objects.filter(valid__contains=viewer.on),
    geometry="boundary",
    web="web",
    feature_id="zone_id",
    properties={
        "number": "zone__number",
        "kind": "zone__kind",
        "name_ar": "zone__name_ar",
        "name_en": "zone__name_en",
        "version": "version",
    },
    kind="polygon",
    min_zoom=9,
    best_zoom=14,
    max_zoom=17,
)
