"""One HTML file with the heat on a map, that opens without a network.

folium draws the page; every script and style sheet it would fetch is written into the file or,
where the page does not need it, left out.
"""

import json
import re
from typing import Any

import folium
import numpy as np
from branca.element import Element
from django.conf import settings
from django.utils.html import escape

from maps.heat.classes import COLOURS, NO_DENOMINATOR
from maps.heat.denominators.measure import Measure
from maps.heat.exports.facts import Facts
from maps.heat.geojson import feature_collection
from maps.heat.lattice import corners_lonlat
from maps.heat.queries import Cells
from maps.heat.words import CLASS_WORDS
from municipality.conf import PROFILE
from municipality.problems import Problem
from municipality.words import Text

PLACES = ("dist/leaflet", "node_modules/leaflet/dist")  # below frontend/
NOT_BUILT = Text(
    "لم تُبنَ ملفات الواجهة بعد، فلا تُصدَّر صفحة الخريطة الآن.",
    "The front-end files are not built yet, so no map page can be exported now.",
)
_SCRIPT = re.compile(r'<script src="([^"]*)"></script>')
_SHEET = re.compile(r'<link rel="stylesheet" href="([^"]*)"\s*/?>')
_HOME = re.compile(r"https?://leafletjs\.com")


def _leaflet(name: str) -> str:
    """Return a file of Leaflet from the built front end; raises Problem 503 where it is not."""
    for place in PLACES:
        path = settings.BASE_DIR / "frontend" / place / name
        if path.is_file():
            text: str = path.read_text(encoding="utf-8")
            return _HOME.sub("", text)
    raise Problem(503, "not_built", NOT_BUILT)


def _inlined(page: str) -> str:
    """Write Leaflet into the page and drop what folium links beside it."""

    def script(found: re.Match[str]) -> str:
        js = _leaflet("leaflet.js") if "leaflet.js" in found[1] else ""
        js = re.sub(r"//# sourceMappingURL=.*", "", js)
        return f"<script>{js}</script>" if js else ""

    def sheet(found: re.Match[str]) -> str:
        if "leaflet.css" not in found[1]:
            return ""
        # Without comments (they name addresses) and pictures of markers, which are not used.
        css = re.sub(r"/\*.*?\*/", "", _leaflet("leaflet.css"), flags=re.DOTALL)
        return f"<style>{re.sub(r'url[(][^)]*[)]', 'none', css)}</style>"

    return _SHEET.sub(sheet, _SCRIPT.sub(script, page))


def _legend(measure: Measure, about: Facts) -> str:
    limits, unit = measure.breaks(about["cell_m"]), measure.unit
    rows = "".join(
        f'<li><i style="background:#{colour}"></i>{words} <bdi dir="ltr">{low}+</bdi></li>'
        for colour, words, low in zip(COLOURS["light"], CLASS_WORDS, limits, strict=True)
    )
    title = Text("كثافة البلاغات", "Density of reports")
    side = Text("خلية", "cell")
    sums = Text("المجموع", "Total")
    hidden = Text("غير مرسومة (دون حد النشر)", "not drawn (under the release limit)")
    withheld = f"<br>{hidden} <bdi>{about['suppressed']}</bdi>" if about["suppressed"] else ""
    if measure.is_rate:
        grey = Text("بلا مقام", "no denominator")
        rows += f'<li><i style="background:#{NO_DENOMINATOR["light"]}"></i>{grey}</li>'
        withheld += _denominator(measure)
    return (
        f'<div class="heat-legend"><b>{title}</b><br>{unit}{Text("، ", ", ")}{side} '
        f"<bdi>{about['cell_m']} {Text('م', 'm')}</bdi><ul>{rows}</ul>"
        f"{sums} <bdi>{about['count']}</bdi>{withheld}</div>"
    )


def _denominator(measure: Measure) -> str:
    """Name the denominator, its date and source below the classes."""
    if measure.version is None:
        return f"<br>{Text('لم يُحسب المقام بعد', 'The denominator is not built yet')}"
    since = Text("المقام منذ", "Denominator since")
    return (
        f'<br>{since} <bdi dir="ltr">{measure.version.since}</bdi><br>'
        f"{escape(str(measure.version.source))}"
    )


STYLE = """
<style>
.heat-legend { position: fixed; inset-block-end: 24px; right: 12px; z-index: 999;
  background: #FBF9F5; color: #2C3639; padding: 12px; border-radius: 10px;
  font: 14px/1.5 "IBM Plex Sans Arabic", "Noto Sans Arabic", sans-serif; }
.heat-legend ul { list-style: none; margin: 6px 0; padding: 0; }
.heat-legend i { display: inline-block; width: 18px; height: 12px; margin-inline-end: 8px; }
.leaflet-control-scale { direction: ltr; } /* at the left in both languages, beside the legend */
.leaflet-container { background: #F4F1EA; }
</style>
"""


def html_of(cells: Cells, measure: Measure, about: Facts) -> bytes:
    """Return the page; raises Problem 503 where the front end is not built."""
    lon, lat = corners_lonlat(cells.x, cells.y, level=cells.level)
    data = json.loads(feature_collection(cells, lon, lat, measure=measure, about=about))
    for feature, found in zip(data["features"], measure.classes(cells).tolist(), strict=True):
        feature["properties"]["class"] = found
    west, south, east, north = PROFILE.extent
    if len(lon):
        west, south, east, north = (
            float(np.min(lon)), float(np.min(lat)), float(np.max(lon)), float(np.max(lat)),
        )  # fmt: skip
    plan = folium.Map(tiles=None, control_scale=True, prefer_canvas=True, attributionControl=False)
    words = [str(Text("البلاغات", "Reports")), str(Text("المقياس", "Measure"))]
    colours = (*COLOURS["light"], NO_DENOMINATOR["light"])
    if data["features"]:
        folium.GeoJson(
            data,
            style_function=lambda feature: {
                "fillColor": f"#{colours[feature['properties']['class'] - 1]}",
                "fillOpacity": 0.93,
                "color": "#F4F1EA",
                "weight": 0.7,
            },
            tooltip=folium.GeoJsonTooltip(fields=["count", "value"], aliases=words),
        ).add_to(plan)
    plan.fit_bounds([[south, west], [north, east]])
    root: Any = plan.get_root()
    root.html.add_child(Element(STYLE + _legend(measure, about)))
    page = _inlined(root.render())
    lang, side = ("ar", "rtl") if str(Text("ar", "en")) == "ar" else ("en", "ltr")
    return page.replace("<html>", f'<html lang="{lang}" dir="{side}">', 1).encode()
