"""What the register says of each plot, with the gaps of the real one (fill rates: muscat.md §2).

Number and use nearly always; registered area in 35 % of rows; limits row by row: three plots
in ten have all setbacks and the coverage, others some of them or none.  Values are the demo's
defaults and say so; uses whose limits are "as the plan says" have none at all.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo_portal.demo import LIMITS_SOURCE
from geo_portal.demo.chance import stream
from geo_portal.demo.settlement import KNOWN_PLOT, Settled

REGISTERED_SHARE = 0.355
DIFFERS_SHARE = 0.06  # of registered areas: not what the boundary measures
COMPLETE_SHARE = 0.305  # of all plots: every setback and the coverage
SOME_SHARE = 0.22  # of all plots: some limits, never all of those four
# Of plots with the four: those that also have floors, a height.  The real register: floors in
# 30.8 % of all rows, height in 19.9 %.
FLOORS_SHARE, HEIGHT_SHARE = 0.7, 0.33
EACH_SHARE = 0.45  # of plots with some limits: that one of them is given
OLD_NUMBER_SHARE = 0.55
KROOKI_SHARE = 0.93
GOVERNORATE = 1
WILAYAT_NUMBER = {"muscat": 1, "muttrah": 2, "amerat": 3, "bausher": 4, "seeb": 5, "quriyat": 6}

# use: front, side, rear setback (m), coverage (%), floors, height (m), bays, built up (%)
DEFAULTS: dict[str, tuple[float, float, float, float, int, float, int, float]] = {
    "residential": (5.0, 3.0, 3.0, 40.0, 2, 11.0, 2, 80.0),
    "residential_commercial": (5.0, 3.0, 3.0, 60.0, 5, 24.0, 8, 240.0),
    "commercial": (5.0, 3.0, 3.0, 70.0, 6, 30.0, 16, 350.0),
    "industrial": (5.0, 3.0, 3.0, 60.0, 2, 12.0, 12, 100.0),
}
LIMITS = (
    "setback_front_m",
    "setback_side_m",
    "setback_rear_m",
    "coverage_pct",
    "floors",
    "height_m",
    "parking_bays",
    "built_up_pct",
)
ALL_FOUR = 4  # the first four of LIMITS

KNOWN_OLD_NUMBER = "318"


@dataclass(frozen=True, slots=True)
class Facts:
    """Columns of the register for the plots of one area; NaN and "" where it says nothing."""

    krooki: list[str]
    register_key: list[str]
    old_number: list[str]
    block: list[str]
    registered_m2: NDArray[np.float64]
    limits: dict[str, NDArray[np.float64]]
    limits_source: list[str]


def facts_of(settled: Settled, seed: int) -> Facts:
    """Write up the plots of one area."""
    rng = stream(seed, f"facts/{settled.area.code}")
    krooki = [_krooki(settled, n) for n in range(len(settled.use))]
    limits = _limits(settled.use, rng)
    for n in _known(settled):
        for name, value in zip(LIMITS[:ALL_FOUR], DEFAULTS["residential"], strict=False):
            limits[name][n] = value
    known = np.any([~np.isnan(column) for column in limits.values()], axis=0)
    drawn = rng.random(len(krooki)) < KROOKI_SHARE
    old = _old_numbers(settled, rng)
    registered = _registered(settled, rng)
    _keep_known_plot(settled, drawn, old, registered)
    return Facts(
        krooki=[text if has else "" for text, has in zip(krooki, drawn, strict=True)],
        register_key=[f"demo:{text}" for text in krooki],
        old_number=old,
        block=[str(200 + lot.block) for lot in settled.ordered],
        registered_m2=registered,
        limits=limits,
        limits_source=[LIMITS_SOURCE if has else "" for has in known],
    )


def _krooki(settled: Settled, n: int) -> str:
    """Return governorate-wilayat-area-phase-number: our reading of the one specimen known."""
    wilayat = WILAYAT_NUMBER[settled.area.wilayat]
    groups = f"{GOVERNORATE:02d}-{wilayat:02d}-{settled.area.number:03d}"
    return f"{groups}-{settled.phase[n]:02d}-{settled.number[n]}"


def _old_numbers(settled: Settled, rng: np.random.Generator) -> list[str]:
    count = len(settled.use)
    numbers = rng.permutation(np.arange(1, max(1_000, 2 * count)))[:count]
    has = rng.random(count) < OLD_NUMBER_SHARE
    return [str(number) if old else "" for number, old in zip(numbers, has, strict=True)]


def _registered(settled: Settled, rng: np.random.Generator) -> NDArray[np.float64]:
    count = len(settled.use)
    area = np.round(shapely.area(settled.shapes), 1)
    off = rng.choice([-0.12, -0.05, -0.02, 0.015, 0.04, 0.09, 0.25], size=count)
    differs = rng.random(count) < DIFFERS_SHARE
    registered: NDArray[np.float64] = np.where(differs, np.round(area * (1 + off)), area)
    registered[rng.random(count) >= REGISTERED_SHARE] = np.nan
    return registered


def _limits(use: list[str], rng: np.random.Generator) -> dict[str, NDArray[np.float64]]:
    count = len(use)
    blank = (np.nan,) * len(LIMITS)
    table = np.array([DEFAULTS.get(kind, blank) for kind in use], dtype=float).reshape(count, -1)
    ruled = np.array([kind in DEFAULTS for kind in use])
    share = max(float(ruled.mean()), 0.5) if count else 1.0
    chance = rng.random(count) * share  # so that the shares hold over all plots of the area
    complete = ruled & (chance < COMPLETE_SHARE)
    some = ruled & ~complete & (chance < COMPLETE_SHARE + SOME_SHARE)
    keep = rng.random((count, len(LIMITS))) < EACH_SHARE
    keep[np.arange(count), rng.integers(0, ALL_FOUR, count)] = False  # one of the four is missing
    keep[complete, :ALL_FOUR] = True
    keep[complete, 4] = rng.random(int(complete.sum())) < FLOORS_SHARE
    keep[complete, 5] = rng.random(int(complete.sum())) < HEIGHT_SHARE
    keep[~(complete | some)] = False
    table[~keep] = np.nan
    return {name: table[:, n] for n, name in enumerate(LIMITS)}


def _known(settled: Settled) -> list[int]:
    """Return where the known plot stands in its area; empty in the others."""
    code, phase, number = KNOWN_PLOT
    if settled.area.code != code:
        return []
    found: list[int] = np.flatnonzero(
        (settled.phase == phase) & (settled.number == number)
    ).tolist()
    return found


def _keep_known_plot(
    settled: Settled, drawn: NDArray[np.bool_], old: list[str], registered: NDArray[np.float64]
) -> None:
    """Give the known plot its old number, its krooki and a registered area."""
    for n in _known(settled):
        if KNOWN_OLD_NUMBER in old:
            old[old.index(KNOWN_OLD_NUMBER)] = ""
        old[n], drawn[n] = KNOWN_OLD_NUMBER, True
        registered[n] = round(float(settled.shapes[n].area), 1)
