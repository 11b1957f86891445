"""Records that name a plot: by its key, or by its number and the place that narrows it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import connection

from municipality.conf import PROFILE
from municipality.digits import western
from municipality.importing.fields import Field
from municipality.importing.placing import named_places
from municipality.importing.rows import Rows
from municipality.names import fold
from municipality.places.models import Area, Wilayat

PLOT_FIELDS = (
    Field("register_key", ("register_key", "plotuid", "plot_uid", "مفتاح القطعة"), longest=80),
    Field("plot_number", ("plot_number", "plot_no", "plotno", "number", "رقم القطعة", "القطعة"),
          longest=40),
    Field("wilayat", ("wilayat", "الولاية"), longest=120),
    Field("area", ("area", "area_name", "المنطقة", "المخطط"), longest=120),
    Field("phase", ("phase", "المرحلة"), longest=40),
)  # fmt: skip
PLOTS = """
SELECT p.id, p.register_key, ar_fold(p.number), p.wilayat_id, p.area_id, f.code
FROM plots_plot p LEFT JOIN places_phase f ON f.id = p.phase_id
WHERE upper_inf(p.valid) AND ({})
"""


class Findings:
    """Verdicts gathered row by row and given at once: each gift looks at the whole file."""

    def __init__(self) -> None:
        self._rows: dict[str, list[int]] = defaultdict(list)
        self._details: list[tuple[int, str]] = []

    def add(self, code: str, rows: Sequence[int], detail: str = "") -> None:
        """Note a verdict on some rows."""
        self._rows[code] += rows
        if detail:
            self._details += [(row, detail) for row in rows]

    def give(self, rows: Rows) -> None:
        """Mark the rows."""
        for code, found in self._rows.items():
            rows.mark(code, np.array(found, dtype=np.int64))
        for row, detail in self._details:
            rows.details.setdefault(row, []).append(detail)


def texts(rows: Rows, name: str) -> list[str]:
    """The texts of a column, empty where there is none."""
    return [text or "" for text in rows.values[name].to_pylist()]


def days(rows: Rows, name: str) -> list[dt.date | None]:
    """The days of a column as the city counts them."""
    zone = PROFILE.time_zone
    found = rows.values[name].to_pylist()
    return [None if at is None else at.astimezone(zone).date() for at in found]


def _candidates(column: str, asked: set[str]) -> dict[str, list[Any]]:
    """Return the present plots by register key or by folded number."""
    where = "p.register_key = ANY(%s)" if column == "key" else "ar_fold(p.number) = ANY(%s)"
    with connection.cursor() as cursor:
        cursor.execute(PLOTS.format(where), [sorted(asked)])
        found: dict[str, list[Any]] = defaultdict(list)
        for row in cursor.fetchall():
            found[row[1] if column == "key" else row[2]].append(row)
    return found


def _place_test(rows: Rows) -> Callable[[int, Any], bool]:
    """Tell whether a plot lies where its row says: nothing said fits every place."""
    wilayats = named_places(rows, "wilayat", Wilayat.objects.all())
    areas = named_places(rows, "area", Area.objects.all())
    unknown = rows.verdicts.get("unknown_place", rows.none())
    phases = texts(rows, "phase")

    def fits(row: int, plot: Any) -> bool:
        said = ((wilayats[row], plot[3]), (areas[row], plot[4]), (phases[row], plot[5]))
        return not unknown[row] and all(not asked or asked == held for asked, held in said)

    return fits


def find_plots(rows: Rows) -> None:
    """Find each row's plot into ``plot_id``: by its key, else its number and what narrows it."""
    keys, told = texts(rows, "register_key"), texts(rows, "plot_number")
    numbers = [fold(western(text.strip())) for text in told]
    fits = _place_test(rows)
    by_key = _candidates("key", {key for key in keys if key})
    by_number = _candidates("number", {number for number in numbers if number})
    plot = np.zeros(rows.count, dtype=np.int64)
    missing, unknown, several = rows.none(), rows.none(), rows.none()
    for row, (key, number) in enumerate(zip(keys, numbers, strict=True)):
        found = by_key.get(key, []) if key else by_number.get(number, [])
        found = [one for one in found if fits(row, one)]
        missing[row] = not key and not number
        unknown[row] = not found and not missing[row]
        several[row] = len(found) > 1
        plot[row] = found[0][0] if len(found) == 1 else 0
    rows.mark("number_missing", missing)
    rows.mark("unknown_plot", unknown)
    rows.mark("plot_of_several", several)
    rows.values["plot_id"] = pa.array(plot)
