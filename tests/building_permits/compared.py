"""The product's verdicts beside those of PostGIS: how many, how far apart, which disagree."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely

from plots.building_permits.sites.boundary import Boundary
from plots.building_permits.sites.frontage import Side
from plots.building_permits.sites.parts import plans_of
from plots.building_permits.sites.rules import RULES
from plots.building_permits.sites.rules.verdict import Outcome
from plots.building_permits.sites.site_plan import SitePlans
from tests.building_permits.made_sites import Made
from tests.building_permits.sql_truth import EDGES, VERDICTS, WRONG_EDGES, WRONG_SIDES, Truth

CENTIMETRE, TENTH_M2 = 0.01, 0.1
ON_THE_LINE = 1e-5  # so near a threshold the last digits decide
FAR_M = 60.0  # from here on a setback is only known to be so deep
METRES, PER_CENT = {"setback", "height"}, {"coverage", "built_up"}

Key = tuple[int, str, int]
Said = tuple[float | None, float | None, int]


@dataclass
class Report:
    """What was compared: counts and the largest difference by rule, and what disagrees."""

    compared: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    sides: Counter[str] = field(default_factory=Counter)
    furthest: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    on_the_line: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: "Report") -> None:
        """Take the counts of another report in."""
        self.compared.update(other.compared)
        self.outcomes.update(other.outcomes)
        self.sides.update(other.sides)
        self.on_the_line += other.on_the_line
        self.wrong.extend(other.wrong)
        for rule, furthest in other.furthest.items():
            self.furthest[rule] = max(self.furthest[rule], furthest)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def told(plans: SitePlans, first: int = 0) -> Iterator[tuple[Key, Said]]:
    """What the product says of each rule, site and edge (-1 where there is none)."""
    for rule in RULES:
        found = rule.measure(plans)
        for site, edge, permitted, provided, outcome in zip(
            found.site.tolist(), found.edge.tolist(), found.permitted, found.provided,
            found.outcome.tolist(), strict=True,
        ):  # fmt: skip
            yield (first + site, rule.code, edge), (_number(permitted), _number(provided), outcome)


def unshown(plans: SitePlans) -> Iterator[tuple[int, str]]:
    """The failures that have no shape on the map: site and rule."""
    for rule in RULES:
        found = rule.measure(plans)
        failing = np.flatnonzero(found.outcome == Outcome.FAIL)
        for row, shape in zip(failing, rule.where(plans, found.drawn_by(failing)), strict=True):
            if shapely.is_empty(shape):
                yield int(found.site[row]), rule.code


def edge_rows(
    boundary: Boundary, side: np.ndarray, first: int = 0
) -> list[tuple[int, int, int, float, float]]:
    """The edges as the calculation wants them: site, edge, side, where a segment begins."""
    return [
        (first + int(plot), int(edge), int(side[edge]), float(x), float(y))
        for plot, edge, (x, y) in zip(boundary.plot, boundary.edge, boundary.start, strict=True)
    ]


def load_made(truth: Truth, made: Sequence[Made]) -> None:
    """Write made sites into the tables of the calculation."""
    sites, parts, roads, around = [], [], [], []
    for n, one in enumerate(made):
        site = one.site
        limits = [getattr(site.limits, name)[0] for name in site.limits.__slots__]
        ground = [getattr(site.ground, name)[0] for name in site.ground.__slots__]
        sites.append((n, site.plot, True, *limits, *ground))
        parts += [(n, p.role.value, p.shape, p.floors, p.height_m) for p in one.parts]
        roads += [
            (n, line, int(rank), width)
            for line, rank, width in zip(
                site.roads.line, site.roads.rank, site.roads.width, strict=True
            )
        ]
        around += [(n, shape) for shape in site.neighbours]
    for table, rows in (
        ("t_site", sites),
        ("t_part", parts),
        ("t_road", roads),
        ("t_around", around),
    ):
        truth.fill(table, rows)


def truth_rows(truth: Truth) -> Iterator[tuple[Key, Said, float]]:
    """What the calculation says, with what is spare to the nearest threshold."""
    for site, rule, permitted, provided, outcome, spare in truth.asked(VERDICTS):
        yield (site, rule, -1), (permitted, provided, outcome), spare
    for site, edge, permitted, provided, outcome, spare, found in truth.asked(EDGES):
        assert found, f"site {site}: edge {edge} of the product is not on the boundary"
        yield (site, "setback", edge), (permitted, provided, outcome), spare


def compare(ours: dict[Key, Said], truth: Truth, names: Sequence[str]) -> Report:
    """Compare all verdicts; ``names`` say how to make a site again."""
    report = Report()
    plot_m2 = dict(truth.asked("SELECT site, plot_m2 FROM t_built"))
    seen = 0
    for key, theirs, spare in truth_rows(truth):
        seen += 1
        apart, fault = _apart(key, ours[key], theirs, plot_m2[key[0]])
        rule = key[1]
        report.compared[rule] += 1
        report.outcomes[Outcome(theirs[2]).word] += 1
        report.furthest[rule] = max(report.furthest[rule], apart)
        limit = CENTIMETRE if rule in METRES else TENTH_M2
        if ours[key][2] != theirs[2] and spare is not None and spare <= ON_THE_LINE:
            report.on_the_line += 1
        elif fault or apart > limit or ours[key][2] != theirs[2]:
            report.wrong.append(f"{names[key[0]]}: {rule} edge {key[2]}: {ours[key]} for {theirs}")
    assert seen == len(ours), f"{seen} verdicts for {len(ours)}"
    for what, sql in (("edges", WRONG_EDGES), ("sides", WRONG_SIDES)):
        report.wrong += [f"{names[row[0]]}: {what} {row[1:]}" for row in truth.asked(sql)]
    for side, count in truth.asked(
        "SELECT side, count(DISTINCT (site, edge)) FROM t_edge GROUP BY 1"
    ):
        report.sides[Side(side).name.lower()] += count
    return report


def _apart(key: Key, ours: Said, theirs: Said, plot_m2: float) -> tuple[float, bool]:
    """How far the measurements are apart in m or m², and whether only one is known."""
    mine, other = ours[1], theirs[1]
    if mine is None or other is None:
        return 0.0, mine is not other
    if key[1] == "setback" and mine >= FAR_M and other >= FAR_M:
        return 0.0, False
    apart = abs(mine - other)
    return (apart * plot_m2 / 100 if key[1] in PER_CENT else apart), False


def compare_made(made: Sequence[Made], names: Sequence[str], origin: tuple[float, float]) -> Report:
    """Compare the verdicts of made sites, each checked alone as a drawing is."""
    ours: dict[Key, Said] = {}
    edges, bare = [], []
    for n, one in enumerate(made):
        plans = plans_of(one.parts, one.site)
        ours.update(told(plans, n))
        bare += [f"{names[n]}: {rule} fails without a shape" for _, rule in unshown(plans)]
        edges += edge_rows(plans.boundary, plans.side, n)
    truth = Truth(origin)
    load_made(truth, made)
    truth.edges(edges)
    truth.measure()
    report = compare(ours, truth, names)
    report.wrong += bare
    return report


def as_text(one: Made) -> str:
    """A site to make again: its plot and its parts as WKT."""
    parts = "; ".join(f"{p.role.value} {shapely.to_wkt(p.shape, 4)}" for p in one.parts)
    return f"{one.kind} {shapely.to_wkt(one.site.plot, 4)} | {parts}"
