"""The register over years of files: splits, merges, new keys, new facts; ids and past must hold."""

import contextlib
import datetime as dt
import io
import itertools
import random
import tempfile
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from plots.models import Lineage, Plot, PlotVersion
from tests.builders import square
from tests.importing.files import a_row, geopackage, imported

TRIALS = {"small": 8, "full": 2_000}
FIRST = dt.date(2016, 1, 1)
USES = ("residential", "commercial", "industrial", "government")
Register = dict[str, dict[str, Any]]


def _halves(shape: BaseGeometry, share: float) -> tuple[BaseGeometry, BaseGeometry]:
    west, south, east, north = shape.bounds
    cut = west + share * (east - west)
    parts = (
        shapely.intersection(shape, shapely.box(west, south, cut, north)),
        shapely.intersection(shape, shapely.box(cut, south, east, north)),
    )
    return parts


def _step(rng: random.Random, held: Register, fresh: Any) -> set[str]:
    """Change the register as a survey would; returns the keys that were touched."""
    one = rng.choice(sorted(held))
    what = rng.choice(["split", "merge", "key", "fact", "number", "reshape", "none"])
    if what == "split":
        shape = held[one]["shape"]
        for part in _halves(shape, rng.uniform(0.3, 0.7)):
            key = next(fresh)
            held[key] = a_row(key, part, use_class="residential")
        del held[one]
        return {one}
    if what == "key":
        row = held.pop(one)
        key = next(fresh)
        held[key] = {**row, "register_key": key}
        return {one}
    if what == "fact":
        held[one] = {**held[one], "use_class": rng.choice(USES)}
        return {one}
    if what == "number":
        held[one] = {**held[one], "number": f"N{rng.randrange(10**6)}"}
        return {one}
    other = next((k for k in sorted(held) if k != one and _beside(held, one, k)), None)
    if other is None or what == "none":
        return set()
    both = shapely.union(held[one]["shape"], held[other]["shape"])
    if what == "merge":
        key = next(fresh)
        held[key] = a_row(key, both, use_class="residential")
        del held[one], held[other]
    else:
        first, second = _halves(both, 0.5 + rng.choice([-1, 1]) * rng.uniform(0.05, 0.2))
        held[one] = {**held[one], "shape": first}
        held[other] = {**held[other], "shape": second}
    return {one, other}


def _beside(held: Register, one: str, other: str) -> bool:
    """Tell whether two plots make one rectangle together."""
    a, b = held[one]["shape"], held[other]["shape"]
    both = shapely.union(a, b)
    return abs(both.area - shapely.box(*both.bounds).area) < 1e-6 and a.intersects(b)


def _check(held: Register, known: dict[str, int], on: dt.date) -> None:
    plots = {p.register_key: p for p in Plot.objects.filter(valid__upper_inf=True)}
    assert set(plots) == set(held), set(plots) ^ set(held)
    for key, row in held.items():
        plot = plots[key]
        assert known.setdefault(key, plot.pk) == plot.pk, key
        assert (plot.number, plot.use_class) == (row["number"], row["use_class"])
        shape = shapely.from_wkb(bytes(plot.boundary.wkb))
        assert shape.symmetric_difference(row["shape"]).area < 1e-3
        past = sorted(PlotVersion.objects.filter(plot=plot), key=lambda v: v.version)
        assert [v.version for v in past] == list(range(1, plot.version))
        spans = [v.valid for v in past if not v.valid.isempty]
        assert all(a.upper <= b.lower for a, b in itertools.pairwise(spans))
        assert not spans or spans[-1].upper <= plot.valid.lower
    for plot in Plot.objects.filter(valid__upper_inf=False):
        assert plot.register_key not in held and plot.valid.upper <= on


def _lineage() -> int:
    """On one day nobody descends from himself; returns the number of links.

    Over the years a part may leave a plot and come back, and neighbours trade ground both ways.
    """
    links = Lineage.objects.exclude(kind=Lineage.Kind.RESHAPE).values_list(
        "happened_on", "parent_id", "child_id"
    )
    days: dict[dt.date, list[tuple[int, int]]] = {}
    for on, parent, child in links:
        days.setdefault(on, []).append((parent, child))
    for on, pairs in days.items():
        left = {(parent, child) for parent, child in pairs if parent != child}
        while left:
            parents = {parent for parent, _ in left}
            ends = {pair for pair in left if pair[1] not in parents}
            assert ends, f"a ring on {on}: {left}"
            left -= ends
    return Lineage.objects.count()


def trial(seed: int, number: int) -> dict[str, int]:
    """Import ten states of a small register; the last twice."""
    rng = random.Random(f"identity {seed} {number}")
    fresh = (f"K{n}" for n in range(10**6))
    held: Register = {}
    for column in range(rng.randint(3, 6)):
        for line in range(rng.randint(2, 4)):
            key = next(fresh)
            shape = square(30 * column, 40 * line, 30, 40)
            held[key] = a_row(key, shape, use_class="residential")
    known: dict[str, int] = {}
    changed, on = 0, FIRST
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        for _ in range(10):
            path = geopackage(Path(folder), list(held.values()))
            report = imported(path, on=on, extent="full").report
            assert report.made and report.refused == 0, report.sentence.en
            changed += report.swap["changed"]
            _check(held, known, on)
            on += dt.timedelta(days=rng.randint(1, 300))
            for _ in range(rng.randint(1, 3)):
                if len(held) > 2:
                    _step(rng, held, fresh)
        path = geopackage(Path(folder), list(held.values()))
        imported(path, on=on, extent="full")
        again = imported(path, on=on + dt.timedelta(days=1), extent="full").report.swap
    assert again["unchanged"] == len(held)
    assert not any(again[name] for name in ("inserted", "changed", "retired", "renumbered"))
    _check(held, known, on)
    return {"plots known": len(known), "changes": changed, "links": _lineage()}
