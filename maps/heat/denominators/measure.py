"""Counts turned into what is shown: reports, reports per square kilometre, or a rate."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maps.heat.classes import breaks
from maps.heat.denominators.declared import declared
from maps.heat.denominators.kept import Version, version_on
from maps.heat.lattice import Floats, Ints
from maps.heat.queries import Cells
from municipality.words import Text

PLAIN = ("count", "km2")
UNKNOWN = 8  # class of a cell with reports and without a denominator
REPORTS = Text("بلاغ", "reports")
WEIGHTED = Text("{ar} (موزونًا)", "{en} (weighted)")
UNITS = {"count": REPORTS, "km2": Text("بلاغ/كم²", "reports/km²")}


def measures() -> tuple[str, ...]:
    """Return every value of ``per``."""
    return (*PLAIN, *declared())


@dataclass(frozen=True, slots=True)
class Measure:
    """What a cell's ``value`` is; ``version`` is the denominator of a rate, if one was built."""

    name: str = "count"
    version: Version | None = None
    weighted: bool = False  # the sums of weights stand above the line, not the counts

    @property
    def is_rate(self) -> bool:
        """Tell whether counts are divided by a denominator, which a cell may lack."""
        return self.name not in PLAIN

    @property
    def unit(self) -> Text:
        """Unit of the values."""
        plain = declared()[self.name].unit if self.is_rate else UNITS[self.name]
        return WEIGHTED.with_values(ar=plain.ar, en=plain.en) if self.weighted else plain

    def denominators(self, cells: Cells) -> Floats:
        """Return what each cell's reports are divided by, in the unit; NaN where it has none."""
        if self.name == "count":
            return np.ones(len(cells.x))
        if self.name == "km2":
            return np.full(len(cells.x), (cells.cell_m / 1000) ** 2)
        if self.version is None:
            return np.full(len(cells.x), np.nan)
        found = self.version.cells.at(cells.level).of(cells.x, cells.y)
        return found / declared()[self.name].per

    def values(self, cells: Cells) -> Ints | Floats:
        """Return the value of each cell; NaN without a denominator, never infinite."""
        above = cells.count if cells.weighted is None else cells.weighted
        if self.name == "count":
            return above
        if self.name == "km2":
            return above.astype(np.float64) / (cells.cell_m / 1000) ** 2
        below = self.denominators(cells)
        rate = np.full(len(above), np.nan)
        np.divide(above, below, out=rate, where=below > 0)
        return rate

    def rounded(self, cells: Cells) -> Ints | Floats:
        """Return the values as they are written: three decimals, six of a rate."""
        values = self.values(cells)
        if values.dtype.kind == "i":
            return values
        return np.round(values.astype(np.float64), 6 if self.is_rate else 3)

    def breaks(self, cell_m: int) -> tuple[float, ...]:
        """Return the lower limits of the seven classes."""
        if self.is_rate:
            return declared()[self.name].limits
        return breaks(self.name, cell_m)

    def classes(self, cells: Cells) -> NDArray[np.uint8]:
        """Return the class 1 to 7 of each cell, 0 without reports, UNKNOWN without denominator."""
        values = self.values(cells)
        found = np.searchsorted(self.breaks(cells.cell_m), values, "right").clip(1, 7)
        found = np.where(np.isnan(values), UNKNOWN, found)
        return np.where(cells.count > 0, found, 0).astype(np.uint8)

    def told(self) -> dict[str, Any]:
        """Return what an answer says of the measure: unit, and the denominator with its dates."""
        facts: dict[str, Any] = {
            "per": self.name, "unit_ar": self.unit.ar, "unit_en": self.unit.en,
        }  # fmt: skip
        if self.is_rate:
            facts["denominator"] = None if self.version is None else _facts(self.version)
        return facts


def _facts(version: Version) -> dict[str, Any]:
    title = declared()[version.name].title
    return {
        "name_ar": title.ar,
        "name_en": title.en,
        "valid_from": version.since.isoformat(),
        "valid_until": version.until.isoformat() if version.until else None,
        "total": round(version.cells.total() / declared()[version.name].per, 6),
        "unplaced": round(version.unplaced / declared()[version.name].per, 6),
        "source_ar": version.source.ar,
        "source_en": version.source.en,
    }


def measure_named(name: str, *, on: dt.date | None, weighted: bool = False) -> Measure:
    """Return a measure with the denominator that held on a day (None: the latest one)."""
    return Measure(name, None if name in PLAIN else version_on(name, on), weighted)
