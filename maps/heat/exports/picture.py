"""Cells as one picture for a report: the map, its legend, a scale bar and the date."""

import io
import re
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from PIL import Image, ImageDraw, ImageFont

from maps.heat.classes import COLOURS, NO_DENOMINATOR
from maps.heat.denominators.measure import Measure
from maps.heat.exports.facts import Facts
from maps.heat.lattice import SIZES
from maps.heat.queries import Cells
from maps.heat.words import CLASS_WORDS
from municipality.conf import PROFILE
from municipality.documents.printing import fonts
from municipality.words import Text, in_arabic

MAP, SIDE, PAD = 1000, 380, 30  # pixels: the map's longer side, the legend's width, margins
GROUND, PAPER, INK, LINE = "#F4F1EA", "#FBF9F5", "#2C3639", "#8A8F8C"
_ROUND_M = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
_ARABIC = re.compile(r"[\u0600-\u06ff]+(?:[\s\u060c]+[\u0600-\u06ff]+)*")
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@lru_cache(maxsize=16)
def _font(script: str, size: int, weight: int) -> Font:
    """Return the papers' font of a script; Pillow's own where the front end is not installed."""
    for heavy, of, address in fonts():
        if of == script and heavy == weight:
            return ImageFont.truetype(Path(unquote(urlsplit(address).path)), size)
    return ImageFont.load_default(size)


def _around(text: str) -> list[str]:
    """Cut off the blanks at both ends, which stand on the other side in an Arabic line."""
    bare = text.strip()
    if not bare:
        return [text]
    at = text.index(bare)
    return [text[:at], bare, text[at + len(bare) :]]


def _runs(text: str) -> list[tuple[str, str]]:
    """Cut a line into pieces of one script, and the blanks between them, in reading order."""
    found, at = [], 0
    for match in _ARABIC.finditer(text):
        found += [("latin", part) for part in _around(text[at : match.start()])]
        found.append(("arabic", match[0]))
        at = match.end()
    found += [("latin", part) for part in _around(text[at:])]
    return [(script, part) for script, part in found if part]


class _Pen:
    """Writes lines from the side where the language begins."""

    def __init__(self, draw: ImageDraw.ImageDraw, left: int, right: int) -> None:
        self._draw, self._left, self._right = draw, left, right

    def line(self, y: int, text: str, *, size: int = 20, weight: int = 400, inset: int = 0) -> None:
        """Write one line; each piece by the font that has its letters."""
        rtl = in_arabic()
        x: float = self._right - inset if rtl else self._left + inset
        for script, part in _runs(text):
            font = _font(script, size, weight)
            wide = font.getlength(part)
            x -= wide if rtl else 0
            self._draw.text((x, y + size), part, fill=INK, font=font, anchor="ls")
            x += 0 if rtl else wide

    def swatch(self, y: int, colour: str) -> None:
        """Paint a class's colour at the beginning of a line."""
        x = self._right - 28 if in_arabic() else self._left
        self._draw.rectangle((x, y + 4, x + 28, y + 20), fill=f"#{colour}")


def _bounds(cells: Cells) -> tuple[int, int, int, int]:
    """Return west, south, east, north in METRIC metres, with a cell all round."""
    size = SIZES[cells.level]
    if not len(cells.x):
        return 0, 0, size, size
    return (
        (int(cells.x.min()) - 1) * size, (int(cells.y.min()) - 1) * size,
        (int(cells.x.max()) + 2) * size, (int(cells.y.max()) + 2) * size,
    )  # fmt: skip


def _legend(pen: _Pen, measure: Measure, about: Facts) -> None:
    y = PAD
    pen.line(y, str(Text("كثافة البلاغات", "Density of reports")), size=28, weight=600)
    pen.line(y := y + 44, str(Text(PROFILE.name_ar, PROFILE.name_en)))
    cell = Text("خلية {m} م", "cell of {m} m").with_values(m=about["cell_m"])
    pen.line(y := y + 44, str(measure.unit), weight=600)
    pen.line(y := y + 30, str(cell))
    y += 40
    limits = measure.breaks(about["cell_m"])
    for colour, words, low in zip(COLOURS["light"], CLASS_WORDS, limits, strict=True):
        pen.swatch(y, colour)
        pen.line(y, f"{words}  {low:g}+", inset=40)
        y += 32
    if measure.is_rate:
        pen.swatch(y, NO_DENOMINATOR["light"])
        pen.line(y, str(Text("بلا مقام", "no denominator")), inset=40)
        y += 32
        since = measure.version.since.isoformat() if measure.version else "–"
        pen.line(y := y + 10, f"{Text('المقام منذ', 'Denominator since')} {since}", size=17)
        y += 24
    pen.line(y := y + 14, f"{Text('المجموع', 'Total')} {about['count']}", weight=600)
    if about["suppressed"]:
        hidden = Text("دون حد النشر، غير مرسومة", "not drawn, under the release limit")
        pen.line(y := y + 30, f"{hidden} {about['suppressed']}", size=17)
    days = about.get("period") or ""
    if days:
        pen.line(y := y + 34, f"{Text('المدة', 'Period')} {days}", size=17)
    as_of = str(about.get("updated_at") or "–")[:10]
    pen.line(y + 30, f"{Text('التاريخ', 'Date')} {as_of}", size=17)


def _scale_bar(draw: ImageDraw.ImageDraw, metres_a_pixel: float, *, left: int, bottom: int) -> None:
    """Draw a bar of a round length, at most a quarter of the map."""
    fitting = [m for m in _ROUND_M if m / metres_a_pixel <= MAP / 4] or [_ROUND_M[0]]
    length = fitting[-1]
    wide = round(length / metres_a_pixel)
    y = bottom - 24
    draw.line((left, y, left + wide, y), fill=INK, width=3)
    for x in (left, left + wide):
        draw.line((x, y - 6, x, y + 6), fill=INK, width=3)
    words = f"{length // 1000} km" if length >= 1000 else f"{length} m"
    draw.text((left, y - 10), words, fill=INK, font=_font("latin", 18, 400), anchor="ls")


def png_of(cells: Cells, measure: Measure, about: Facts) -> bytes:
    """Return the picture: north up, cells as squares of METRIC in their class colours."""
    west, south, east, north = _bounds(cells)
    scale = max(east - west, north - south) / MAP
    wide, high = round((east - west) / scale), round((north - south) / scale)
    height = max(high, 640) + 2 * PAD
    picture = Image.new("RGB", (wide + SIDE + 3 * PAD, height), PAPER)
    draw = ImageDraw.Draw(picture)
    left = SIDE + 2 * PAD if not in_arabic() else PAD
    draw.rectangle((left, PAD, left + wide, PAD + high), fill=GROUND, outline=LINE)
    palette = [f"#{c}" for c in (*COLOURS["light"], NO_DENOMINATOR["light"])]
    size = SIZES[cells.level]
    columns = zip(cells.x.tolist(), cells.y.tolist(), measure.classes(cells).tolist(), strict=True)
    for x, y, found in columns:
        x0, x1 = (round(left + (at * size - west) / scale) for at in (x, x + 1))
        y0, y1 = (round(PAD + (north - at * size) / scale) for at in (y + 1, y))
        square = (x0, y0, max(x1 - 1, x0), max(y1 - 1, y0))
        draw.rectangle(square, fill=palette[found - 1])
    _scale_bar(draw, scale, left=left + 16, bottom=PAD + high)
    legend_left = PAD if not in_arabic() else wide + 2 * PAD
    _legend(_Pen(draw, legend_left, legend_left + SIDE), measure, about)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
