"""The register of the demo city: plots as they are, and how some of them came to be.

A few plots were merged, split, renumbered: the plots that are gone stay as rows whose ``valid``
has ended, with the lineage between them, so that a date in the past shows the older ground.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo_portal.demo import SOURCE
from geo_portal.demo.chance import stream
from geo_portal.demo.copying import copy, days, multipolygons, reserve_ids, shapes
from geo_portal.demo.facts import LIMITS, Facts, facts_of
from geo_portal.demo.settlement import Settled

REGISTER_SINCE = dt.date(2008, 1, 1)
CHANGES_SINCE = dt.date(2009, 3, 1)
CHANGES_DAYS = 6_200  # until early 2026
MERGED_SHARE = 0.35  # of plots two columns wide: they were two plots once
SPLIT_SHARE = 0.006  # of pairs of neighbours: they were one plot once
RENUMBERED_SHARE = 0.008
GONE_NUMBER = 9_001  # numbers of plots that are gone, within area and phase


@dataclass(slots=True)
class Register:
    """What was written, for the parts that stand on plots."""

    ids: list[NDArray[np.int64]] = field(default_factory=list)  # by area, in order of numbers


@dataclass(frozen=True, slots=True)
class Gone:
    """A plot that is no more: its shape, the plots it became, and when."""

    area: int
    like: int  # the present plot whose facts it had
    shape: Any
    number: int
    children: tuple[int, ...]
    kind: str
    on: dt.date


@dataclass(frozen=True, slots=True)
class Keys:
    """Ids of places by their codes."""

    wilayats: dict[str, int]
    areas: dict[str, int]
    phases: dict[tuple[str, int], int]


def write_register(settled: list[Settled], keys: Keys, seed: int) -> Register:
    """Write plots, former plots, versions, numbers and lineage."""
    register = Register()
    facts = [facts_of(part, seed) for part in settled]
    gone: list[Gone] = []
    since: list[list[dt.date]] = []
    renumbered: list[dict[int, dt.date]] = []
    for n, part in enumerate(settled):
        rng = stream(seed, f"history/{part.area.code}")
        changed = _changes(n, part, rng)
        begun = [REGISTER_SINCE] * len(part.use)
        for plot in changed:
            for child in plot.children:
                begun[child] = plot.on
        renamed = _renumbered(begun, rng)
        for child, on in renamed.items():
            begun[child] = on
        gone += changed
        since.append(begun)
        renumbered.append(renamed)
    for part, fact, begun, renamed in zip(settled, facts, since, renumbered, strict=True):
        register.ids.append(_copy_plots(part, fact, begun, renamed, keys))
    _copy_gone(gone, settled, facts, keys, register)
    for n, renamed in enumerate(renumbered):
        _copy_renumbered(settled[n], facts[n], renamed, keys, register.ids[n])
    return register


def _changes(area: int, part: Settled, rng: np.random.Generator) -> list[Gone]:
    """Choose merged and split plots of one area."""
    made: list[Gone] = []
    ordered, number = part.ordered, GONE_NUMBER
    chance, when = rng.random(len(ordered)), rng.integers(0, CHANGES_DAYS, len(ordered))
    for n, lot in enumerate(ordered):
        on = CHANGES_SINCE + dt.timedelta(days=int(when[n]))
        if not lot.use and lot.c1 - lot.c0 == 2 and chance[n] < MERGED_SHARE:
            for c in (lot.c0, lot.c0 + 1):
                old = part.lots.part(lot, c0=c, c1=c + 1)
                made.append(Gone(area, n, old, number, (n,), "merge", on))
                number += 1
            continue
        after = ordered[n + 1] if n + 1 < len(ordered) else lot
        neighbours = after.block == lot.block and after.r0 == lot.r0 and after.c0 == lot.c1
        plain = not lot.use and not after.use and part.use[n] == "residential"
        taken = bool(made) and n in made[-1].children
        if neighbours and plain and not taken and chance[n] < SPLIT_SHARE:
            old = part.lots.part(lot, c0=lot.c0, c1=after.c1)
            made.append(Gone(area, n, old, number, (n, n + 1), "split", on))
            number += 1
    return made


def _renumbered(begun: list[dt.date], rng: np.random.Generator) -> dict[int, dt.date]:
    chance = rng.random(len(begun))
    when = rng.integers(0, CHANGES_DAYS, len(begun))
    return {
        n: CHANGES_SINCE + dt.timedelta(days=int(when[n]))
        for n, first in enumerate(begun)
        if first == REGISTER_SINCE and chance[n] < RENUMBERED_SHARE
    }


def _columns(part: Settled, facts: Facts, rows: list[int], keys: Keys) -> dict[str, Any]:
    """Return the columns that a plot and its past versions share."""
    pick = np.array(rows, dtype=np.int64)
    whole = {"floors", "parking_bays"}
    limits = {
        name: [
            (int(value) if name in whole else value) if value == value else None
            for value in facts.limits[name][pick].tolist()
        ]
        for name in LIMITS
    }
    area = part.area
    return {
        "block": [facts.block[n] for n in rows],
        "use_class": [part.use[n] for n in rows],
        "registered_area_m2": facts.registered_m2[pick],
        "wilayat_id": [keys.wilayats[area.wilayat]] * len(rows),
        "area_id": [keys.areas[area.code]] * len(rows),
        "phase_id": [keys.phases[area.code, int(part.phase[n])] for n in rows],
        **limits,
        "limits_source": [facts.limits_source[n] for n in rows],
        "source": [SOURCE] * len(rows),
    }


def _copy_plots(
    part: Settled, facts: Facts, begun: list[dt.date], renamed: dict[int, dt.date], keys: Keys
) -> NDArray[np.int64]:
    rows = list(range(len(part.use)))
    ids = reserve_ids("plots_plot", len(rows))
    copy(
        "plots_plot",
        {
            "id": ids,
            "register_key": facts.register_key,
            "version": [2 if n in renamed else 1 for n in rows],
            "valid": [days(first) for first in begun],
            "boundary": shapes(multipolygons(part.shapes)),
            "number": part.number,
            "old_number": facts.old_number,
            "krooki_number": facts.krooki,
            **_columns(part, facts, rows, keys),
        },
    )
    return ids


def _copy_gone(
    gone: list[Gone],
    settled: list[Settled],
    facts: list[Facts],
    keys: Keys,
    register: Register,
) -> None:
    """Write the plots that are no more, and what became of them."""
    links: list[tuple[int, int, str, dt.date, float]] = []
    for area, part in enumerate(settled):
        plots = [plot for plot in gone if plot.area == area]
        ids = reserve_ids("plots_plot", len(plots))
        columns = _columns(part, facts[area], [plot.like for plot in plots], keys)
        columns["registered_area_m2"] = [None] * len(plots)
        copy(
            "plots_plot",
            {
                "id": ids,
                "register_key": [f"demo:{part.area.code}:{plot.number}" for plot in plots],
                "version": [1] * len(plots),
                "valid": [days(REGISTER_SINCE, plot.on) for plot in plots],
                "boundary": shapes(multipolygons([plot.shape for plot in plots])),
                "number": [plot.number for plot in plots],
                "old_number": [""] * len(plots),
                "krooki_number": [""] * len(plots),
                **columns,
            },
        )
        for plot, parent in zip(plots, ids.tolist(), strict=True):
            for child in plot.children:
                shared = float(shapely.intersection(plot.shape, part.shapes[child]).area)
                links.append(
                    (parent, int(register.ids[area][child]), plot.kind, plot.on, round(shared, 2))
                )
    _copy_lineage(links)


def _copy_lineage(links: list[tuple[int, int, str, dt.date, float]]) -> None:
    copy(
        "plots_lineage",
        {
            "id": reserve_ids("plots_lineage", len(links)),
            "parent_id": [link[0] for link in links],
            "child_id": [link[1] for link in links],
            "kind": [link[2] for link in links],
            "happened_on": [link[3] for link in links],
            "shared_m2": [link[4] for link in links],
        },
    )


def _copy_renumbered(
    part: Settled,
    facts: Facts,
    renamed: dict[int, dt.date],
    keys: Keys,
    ids: NDArray[np.int64],
) -> None:
    """Write the version and the number that ended when a plot was renumbered."""
    rows = sorted(renamed)
    plots = [int(ids[n]) for n in rows]
    spans = [days(REGISTER_SINCE, renamed[n]) for n in rows]
    former = [str(8_000 + n % 1_000) for n in rows]
    copy(
        "plots_plotversion",
        {
            "id": reserve_ids("plots_plotversion", len(rows)),
            "plot_id": plots,
            "version": [1] * len(rows),
            "valid": spans,
            "boundary": shapes(multipolygons(part.shapes[rows])),
            "number": former,
            "old_number": [facts.old_number[n] for n in rows],
            "krooki_number": [""] * len(rows),
            **_columns(part, facts, rows, keys),
        },
    )
    copy(
        "plots_plotnumber",
        {
            "id": reserve_ids("plots_plotnumber", len(rows)),
            "plot_id": plots,
            "kind": ["number"] * len(rows),
            "number": former,
            "valid": spans,
        },
    )
    _copy_lineage(
        [
            (plot, plot, "renumber", renamed[n], round(float(part.shapes[n].area), 2))
            for plot, n in zip(plots, rows, strict=True)
        ]
    )
