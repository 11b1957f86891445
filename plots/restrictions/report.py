"""The plot report: what restricts a plot, in the structure of the Swiss ÖREB extract.

Themes are concerned, not concerned, or without data; each restriction of a concerned theme says
its share of the ground, its legal state, its source, its laws and its symbol.  The text of the
report is in both languages at once, so that one kept report serves every reader.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from municipality import geojson
from municipality.conf import PROFILE
from municipality.moments import utc_text
from municipality.places.demo import is_demo
from municipality.stored import geos_of, shape_of
from municipality.words import Text
from plots.register.models import UseClass
from plots.register.queries import Limits, PlotOnDay, limits_for
from plots.register.use_words import USES
from plots.restrictions.models import ThemeFeature, ThemeLayer
from plots.restrictions.queries import TOUCH_M, TOUCH_M2, Status, restrictions_of
from plots.restrictions.sheet import LIMIT_WORDS

FORM = "plot-report/1"
LAND_USE = "land_use"
LAND_USE_NAME = Text("استعمال الأرض واشتراطات البناء", "Land use and planning limits")
MUNICIPALITY = Text(PROFILE.municipality_ar, PROFILE.municipality_en)
IN_FORCE = Text("سارٍ", "in force")
SYMBOLS = {  # fill of a theme's ground in drawings and in the legend
    "wadi": "#a9cad6", "road_reserve": "#d9c7a3", "heritage": "#c9a7c4", "utilities": "#b5651d",
}  # fmt: skip
OTHER_SYMBOL = "#b9b9b9"
BUILDING_ORDER = {
    "title": Text("لائحة تنظيم المباني بمسقط", "Building Regulation for Muscat").as_json(),
    "number": "Local Order 23/92", "document_type": "law", "text_at_web": None,
}  # fmt: skip
GENERAL = (
    Text(
        "التقرير للعلم، ولا ينشئ حقًا ولا يسقطه؛ العبرة بالسجل والنصوص القانونية.",
        "The report informs; it neither creates nor ends a right: the register and the law decide.",
    ),
    Text(
        "«بلا بيانات» تعني أن المصدر لا يغطي القطعة، ولا تعني أنه لا قيد عليها.",
        "“Without data” means that no source covers the plot, never that nothing restricts it.",
    ),
    Text(
        "الحصة من المساحة المقيسة من حدود القطعة في السجل، وتماس الحدود ليس قيدًا.",
        "Shares are of the measured area of the plot; a touching edge restricts nothing.",
    ),
)
GLOSSARY = (
    (
        Text("حرم الطريق", "Road reserve"),
        Text("أرض مخصصة للطريق وتوسعته لا يُبنى فيها.", "Ground kept for a road and its widening."),
    ),
    (
        Text("حرم الوادي", "Wadi strip"),
        Text("أرض مجرى الوادي وضفتيه كما رسمتها الطبقة.", "The bed of a wadi and its banks."),
    ),
    (
        Text("الارتداد", "Setback"),
        Text("أقل بعد بين المبنى وحد القطعة.", "The least distance of a building from an edge."),
    ),
    (
        Text("الكروكي", "Krooki"),
        Text("الرسم المساحي للقطعة بأبعادها.", "The survey sketch of a plot with its sides."),
    ),
)


@dataclass(frozen=True, slots=True)
class Meeting:
    """What features of one name share with a plot: ground in m², length in m, points."""

    name: Text
    area_m2: float
    length_m: float
    points: int


def _meetings(shape: BaseGeometry, layer: ThemeLayer) -> list[Meeting]:
    """Return what the features of a layer share with a plot, those of one name counted once."""
    rows = ThemeFeature.objects.filter(layer=layer, shape__intersects=geos_of(shape))
    by_name: dict[tuple[str, str], list[BaseGeometry]] = {}
    for row in rows.order_by("pk"):
        by_name.setdefault((row.name_ar, row.name_en), []).append(shape_of(row.shape))
    found = []
    for (name_ar, name_en), whole in by_name.items():
        shared = shapely.get_parts([shapely.intersection(one, shape) for one in whole])
        area = float(shapely.union_all(shared).area)
        is_flat = bool((shapely.get_dimensions(whole) < 2).all())
        length = float(shapely.length(shared).sum()) if is_flat else 0.0
        points = int((shapely.get_dimensions(shared) == 0).sum()) if is_flat else 0
        if area > TOUCH_M2 or length > TOUCH_M or points:
            name = Text(name_ar or name_en, name_en or name_ar)
            found.append(Meeting(name, area, length, points))
    return found


def _symbol(theme: str, words: Text) -> dict[str, Any]:
    return {"colour": SYMBOLS.get(theme, OTHER_SYMBOL), "text": words.as_json()}


def _documents(theme: str) -> list[dict[str, Any]]:
    """Return the laws of a theme as the profile of the city knows them; none are made up."""
    return [
        {
            "title": {"ar": row["title_ar"], "en": row["title_en"]}, "number": row["number"],
            "document_type": "law", "text_at_web": row.get("url"),
        }
        for row in PROFILE.themes[theme].get("documents", [])
    ]  # fmt: skip


def _restrictions(theme: str, name: Text, plot: BaseGeometry, layer: ThemeLayer) -> list[Any]:
    """Write the restrictions of one concerned theme."""
    return [
        {
            "theme": {"code": theme, "text": name.as_json()},
            "law_status": {"code": "in_force", "text": IN_FORCE.as_json()},
            "type": (meeting.name if meeting.name.ar else name).as_json(),
            "area_m2": round(meeting.area_m2, 2),
            "part_pct": round(100 * meeting.area_m2 / plot.area, 2),
            "length_m": round(meeting.length_m, 2),
            "points": meeting.points,
            "responsible_office": None,
            "source": layer.source,
            "as_of": layer.as_of.isoformat(),
            "published_from": layer.valid.lower.isoformat() if layer.valid.lower else None,
            "documents": _documents(theme),
            "symbol": _symbol(theme, name),
        }
        for meeting in _meetings(plot, layer)
    ]


def _land_use(plot: PlotOnDay, limits: Limits) -> dict[str, Any] | None:
    """Write land use and limits as a restriction of the whole plot; None where nothing is known."""
    use = plot.facts.use_class
    known = {name: value for name, value in limits.values.items() if value is not None}
    if use == UseClass.UNDEFINED and not known:
        return None
    return {
        "theme": {"code": LAND_USE, "text": LAND_USE_NAME.as_json()},
        "law_status": {"code": "in_force", "text": IN_FORCE.as_json()},
        "type": USES[UseClass(use)].as_json(),
        "area_m2": round(float(plot.shape.area), 2),
        "part_pct": 100.0,
        "length_m": 0.0,
        "points": 0,
        "responsible_office": MUNICIPALITY.as_json(),
        "source": limits.source or plot.facts.source,
        "as_of": None,
        "published_from": _day(plot.facts.valid.lower),
        "documents": [BUILDING_ORDER],
        "symbol": {"colour": "#e0efef", "text": USES[UseClass(use)].as_json()},
        "limits": [
            {"code": name, "name": words.as_json(), "value": limits.values[name],
             "unit": unit.as_json()}
            for name, (words, unit) in LIMIT_WORDS.items()
        ],
    }  # fmt: skip


def _day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _named(place: Any) -> dict[str, str] | None:
    return None if place is None else {"ar": place.name_ar, "en": place.name_en}


def _plot(plot: PlotOnDay) -> dict[str, Any]:
    """Write the plot itself."""
    facts, registered = plot.facts, plot.facts.registered_area_m2
    return {
        "number": facts.number,
        "permanent_id": f"{PROFILE.country or 'XX'}{plot.plot_id:012d}",
        "id": plot.plot_id,
        "version": facts.version,
        "krooki_number": facts.krooki_number or None,
        "wilayat": _named(facts.wilayat),
        "area": _named(facts.area),
        "phase": facts.phase.code if facts.phase else None,
        "land_registry_area_m2": None if registered is None else float(registered),
        "measured_area_m2": round(float(plot.shape.area), 2),
        "valid_from": _day(facts.valid.lower),
        "geometry": geojson.geometry(plot.shape),
    }


def plot_report(plot: PlotOnDay, *, on: dt.date, at: dt.datetime) -> dict[str, Any]:
    """Return the report of a plot on a day of the city, made at a moment, ready for JSON.

    Areas in m², shares in per cent of the measured area, lengths in m; null is unknown.
    """
    layers = {
        layer.theme.code: layer
        for layer in ThemeLayer.objects.filter(valid__contains=on).select_related("theme")
    }
    themes: dict[Status, list[Any]] = {status: [] for status in Status}
    restrictions: list[Any] = []
    land_use = _land_use(plot, limits_for(facts=plot.facts, on=on))
    themes[Status.NO_DATA if land_use is None else Status.CONCERNED].append(
        {"code": LAND_USE, "text": LAND_USE_NAME.as_json()}
    )
    restrictions += [] if land_use is None else [land_use]
    made = f"{at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
    for row in restrictions_of(shape=plot.shape, on=on):
        name = Text(row.name_ar, row.name_en)
        themes[row.status].append({"code": row.theme, "text": name.as_json()})
        if row.status is Status.CONCERNED:
            restrictions += _restrictions(row.theme, name, plot.shape, layers[row.theme])
    return {
        "form": FORM,
        "creation_date": utc_text(at),
        "extract_identifier": f"PR-{plot.plot_id}-{plot.facts.version}-{made}",
        "state_of": on.isoformat(),
        "cadastre_authority": MUNICIPALITY.as_json(),
        "is_synthetic": is_demo(),
        "plot": _plot(plot),
        "concerned_theme": themes[Status.CONCERNED],
        "not_concerned_theme": themes[Status.NOT_CONCERNED],
        "theme_without_data": themes[Status.NO_DATA],
        "restriction_on_landownership": restrictions,
        "general_information": [text.as_json() for text in GENERAL],
        "glossary": [
            {"title": title.as_json(), "content": text.as_json()} for title, text in GLOSSARY
        ],
    }
