"""What plots shows on the map."""

from django.db.models import DateField, F, Func, Q, QuerySet, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from maps.layers import Layer, Viewer
from municipality.words import Text
from plots.building_permits.models import BuildingPermit
from plots.register.models import Building, Plot, Road
from plots.restrictions.models import ThemeFeature

MAIN_ROADS = Q(road_class__in=("motorway", "main"))
STREETS = Q(road_class__in=("motorway", "main", "minor"))


def _standing(viewer: Viewer) -> QuerySet[Plot]:
    """Return the plots that hold: without an end, or with their last day still ahead.

    Each half is found by an index of its own (migrations plots.0005 and 0008).
    """
    return Plot.objects.filter(
        Q(valid__upper_inf=True) | Q(valid__upper_inf=False, valid__contains=viewer.on)
    )


PLOTS = Layer(
    name="plots",
    title=Text("قطع الأراضي", "Plots"),
    rows=_standing,
    geometry="boundary",
    web="web",
    properties={"number": "number", "use_class": "use_class"},
    kind="polygon",
    min_zoom=13,
    best_zoom=15,
    max_zoom=17,
)

BUILDINGS = Layer(
    name="buildings",
    title=Text("المباني", "Buildings"),
    rows=lambda viewer: Building.objects.all(),
    geometry="footprint",
    web="web",
    properties={
        "use_class": "use_class",
        "name_ar": "name_ar",
        "name_en": "name_en",
        "floors": "floors",
    },
    kind="polygon",
    min_zoom=14,
    best_zoom=16,
    max_zoom=17,
)

ROADS = Layer(
    name="roads",
    title=Text("الطرق", "Roads"),
    rows=lambda viewer: Road.objects.all(),
    geometry="centre_line",
    web="web",
    properties={
        "road_class": "road_class",
        "width_m": "width_m",
        "name_ar": "name_ar",
        "name_en": "name_en",
    },
    kind="line",
    min_zoom=8,
    best_zoom=15,
    max_zoom=17,
    detail=((12, MAIN_ROADS), (14, STREETS)),
    buffer=384,  # 26 m on the ground at the last zoom: half of the widest motorway
)

RESTRICTIONS = Layer(
    name="restrictions",
    title=Text("طبقات التخطيط", "Planning layers"),
    rows=lambda viewer: ThemeFeature.objects.filter(layer__valid__contains=viewer.on),
    geometry="shape",
    web="web",
    properties={
        "theme": "layer__theme__code",
        "part": KeyTextTransform("part", "attributes"),  # channel or strip, where a source says
        "name_ar": "name_ar",
        "name_en": "name_en",
    },
    kind="any",
    min_zoom=9,
    best_zoom=14,
    max_zoom=17,
)


def _day(of: str) -> Cast:
    """The first day of a span (``lower``), or the day after its last (``upper``), as text."""
    return Cast(Func(F("valid"), function=of, output_field=DateField()), TextField())


PERMITS = Layer(  # release class of the register: number, plot, kind, state, dates; no footprint
    name="building_permits",
    title=Text("إباحات البناء", "Building permits"),
    rows=lambda viewer: BuildingPermit.objects.all(),
    geometry="place",
    properties={
        "number": "number",
        "plot": "plot_numbers",
        "work": "work",
        "rank": "rank",
        "state": "state",
        "issued_on": _day("lower"),
        "valid_to": _day("upper"),
    },
    kind="polygon",
    min_zoom=10,
    best_zoom=16,
    max_zoom=17,
)
