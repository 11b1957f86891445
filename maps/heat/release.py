"""What the public may know of a month of reports: atoms of 0 or at least k, and nothing else.

Every public answer is a sum of atoms, and atoms never overlap; so whatever two answers are
subtracted, what is left is again a sum of atoms: nothing, or at least k reports.
The rules and why they hold: docs/algorithms/heat-release.md.  Pure: arrays in, arrays out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maps.heat.lattice import LEVELS, Ints

K = 5  # guards.md threat 7
BASE_LEVEL = 1  # 100 m: the smallest cell the public sees
NO_CELL = 15  # level of reports that are counted but lie in no public cell
NO_WILAYAT_TOLD = -1  # nor in a wilayat that may be told
PLACE, KIND = 0, 1
UNTOLD_KIND = 0  # category of reports whose kind is not public
ATOM = np.dtype(
    [
        ("what", "u1"),
        ("level", "u1"),
        ("category", "<u2"),
        ("wilayat", "<i4"),
        ("x", "<i4"),
        ("y", "<i4"),
        ("n", "<u4"),
    ]
)


@dataclass
class _Month:
    """One month's reports: facts, and where and how each may be told."""

    x: Ints
    y: Ints
    category: Ints
    wilayat: Ints
    level: Ints  # of the cell a report may be told in
    told: Ints  # the wilayat it may be told of
    kind_level: Ints  # where its category may be told; -1 nowhere

    def cell(self, rows: Ints, level: int) -> Ints:
        """Return the cells of rows at a level, two columns."""
        if level == NO_CELL:
            return np.zeros((len(rows), 2), np.int64)
        return np.stack([self.y[rows] >> level, self.x[rows] >> level], axis=1)


def _groups(keys: Ints) -> tuple[Ints, Ints, Ints]:
    unique, back, count = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    return unique, back.ravel(), count


def _place(month: _Month, rows: Ints, k: int) -> Ints:
    """Give each report the smallest cell in which k so far untold ones lie; return the rest."""
    for level in range(BASE_LEVEL, LEVELS):
        if not len(rows):
            break
        _, back, count = _groups(month.cell(rows, level))
        enough = count[back] >= k
        month.level[rows[enough]] = level
        rows = rows[~enough]
    return rows


def _donors(month: _Month, rows: Ints, need: int, k: int) -> Ints:
    """Return reports to hide others among: ``need`` of the largest atom, if k stay in it.

    Else all of the coarsest, then smallest atom; none where no row is placed.
    """
    rows = rows[month.level[rows] != NO_CELL]
    if not len(rows):
        return rows
    levels = month.level[rows]
    shift = np.minimum(levels, LEVELS)
    keys = np.column_stack(
        [levels, month.told[rows], month.y[rows] >> shift, month.x[rows] >> shift]
    )
    atoms, back, count = _groups(keys)
    largest = int(np.argmax(count))
    if count[largest] >= k + need:
        some: Ints = rows[back == largest][-need:]
        return some
    coarsest = np.where(atoms[:, 0] == atoms[:, 0].max(), count, np.iinfo(np.int64).max)
    whole: Ints = rows[back == int(np.argmin(coarsest))]
    return whole


def _place_all(month: _Month, k: int) -> bool:
    """Place all reports; False when the whole month is too small to be told."""
    for wilayat in np.unique(month.wilayat):
        rows = np.flatnonzero(month.wilayat == wilayat)
        rest = _place(month, rows, k)
        if 0 < len(rest) < k:
            if len(rows) < k:  # the wilayat itself may not be told
                month.told[rows] = NO_WILAYAT_TOLD
            else:
                month.level[_donors(month, rows, k - len(rest), k)] = NO_CELL
    return _hide_the_untold(month, k)


def _hide_the_untold(month: _Month, k: int) -> bool:
    """Hide reports of untold wilayats among others, if they are fewer than k."""
    untold = np.flatnonzero(month.told == NO_WILAYAT_TOLD)
    if not 0 < len(untold) < k:
        return True
    loose = np.flatnonzero((month.level == NO_CELL) & (month.told != NO_WILAYAT_TOLD))
    if len(loose):
        wilayats, count = np.unique(month.told[loose], return_counts=True)
        donors = loose[month.told[loose] == wilayats[int(np.argmin(count))]]
    else:
        donors = _donors(month, np.arange(len(month.x)), k - len(untold), k)
    if not len(donors):
        return False
    month.level[donors] = NO_CELL
    month.told[donors] = NO_WILAYAT_TOLD
    return True


def _tell_kinds(month: _Month, rows: Ints, level: int, k: int) -> None:
    """Tell categories of a pool's cells: each k or more, and what stays untold 0 or k or more."""
    if not len(rows):
        return
    pools, pool, _ = _groups(month.cell(rows, level))
    kinds, kind, count = _groups(np.column_stack([pool, month.category[rows]]))
    told = (count >= k) & (kinds[:, 1] != UNTOLD_KIND)
    total = np.bincount(kinds[:, 0], weights=count, minlength=len(pools))
    known = np.bincount(kinds[:, 0], weights=count * told, minlength=len(pools))
    left = (total - known).astype(np.int64)
    kept = np.zeros(len(rows), bool)  # whose kind stays untold, to hide others among them
    for bare in np.flatnonzero((left > 0) & (left < k) & (known > 0)):
        there = np.flatnonzero((kinds[:, 0] == bare) & told)
        need = k - int(left[bare])
        largest = there[int(np.argmax(count[there]))]
        if count[largest] >= k + need:
            kept[np.flatnonzero(kind == largest)[-need:]] = True
        else:
            told[there[int(np.argmin(count[there]))]] = False
    month.kind_level[rows[told[kind] & ~kept]] = level


def _tell_all_kinds(month: _Month, k: int) -> None:
    for wilayat in np.unique(month.told):
        if wilayat == NO_WILAYAT_TOLD:
            continue
        mine = month.told == wilayat
        for level in (*range(BASE_LEVEL, LEVELS), NO_CELL):
            pool = np.flatnonzero(mine & (month.level <= level) & (month.kind_level < 0))
            _tell_kinds(month, pool, level, k)
    # Last, of the whole city: with the kind the wilayat is not told any more.
    _tell_city_kinds(month, np.flatnonzero(month.kind_level < 0), k)


CITY = 16  # kind_level of what is told of the whole city only


def _tell_city_kinds(month: _Month, rows: Ints, k: int) -> None:
    before = month.kind_level[rows].copy()
    _tell_kinds(month, rows, NO_CELL, k)
    new = rows[(before < 0) & (month.kind_level[rows] == NO_CELL)]
    month.kind_level[new] = CITY


def _atoms(what: int, month: _Month, rows: Ints, levels: Ints) -> NDArray[np.void]:
    """Sum rows up to atoms; ``levels`` of each row."""
    city = levels == CITY
    level = np.where(city, NO_CELL, levels)
    shift = np.minimum(level, 31)
    there = level != NO_CELL
    x = np.where(there, month.x[rows] >> shift, 0)
    y = np.where(there, month.y[rows] >> shift, 0)
    wilayat = np.where(city, NO_WILAYAT_TOLD, month.told[rows])
    category = month.category[rows] if what == KIND else np.zeros(len(rows), np.int64)
    unique, _, count = _groups(np.column_stack([level, category, wilayat, x, y]))
    atoms = np.zeros(len(unique), ATOM)
    atoms["what"] = what
    for i, name in enumerate(("level", "category", "wilayat", "x", "y")):
        atoms[name] = unique[:, i]
    atoms["n"] = count
    return atoms


def atoms_of_month(
    *, x: Ints, y: Ints, category: Ints, wilayat: Ints, k: int = K
) -> NDArray[np.void]:
    """Return the atoms of one month from its reports' smallest cells, categories and wilayats.

    PLACE atoms say how many reports lie where, KIND atoms how many of a category; the two are
    never to be added to each other.  Empty when the month holds fewer than k reports.
    """
    n = len(x)
    month = _Month(
        x=x, y=y, category=category, wilayat=wilayat,
        level=np.full(n, NO_CELL), told=wilayat.copy(), kind_level=np.full(n, -1),
    )  # fmt: skip
    if n < k or not _place_all(month, k):
        return np.zeros(0, ATOM)
    _tell_all_kinds(month, k)
    everyone = np.arange(n)
    known = np.flatnonzero(month.kind_level >= 0)
    return np.concatenate(
        [
            _atoms(PLACE, month, everyone, month.level),
            _atoms(KIND, month, known, month.kind_level[known]),
        ]
    )
