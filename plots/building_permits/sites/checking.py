"""The sheet of one drawing: each rule, what it permits, what is provided, where it fails."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry

from municipality.words import Text
from plots.building_permits.sites.batch import checked_of
from plots.building_permits.sites.beside import beside_edges
from plots.building_permits.sites.frontage import Side
from plots.building_permits.sites.parts import Part, Site, plans_of
from plots.building_permits.sites.rules import RULES
from plots.building_permits.sites.rules.setback import CODES
from plots.building_permits.sites.rules.verdict import Outcome

NAMES = {
    Side.FRONT: Text("الارتداد الأمامي", "Front setback"),
    Side.SIDE: Text("الارتداد الجانبي", "Side setback"),
    Side.REAR: Text("الارتداد الخلفي", "Rear setback"),
    Side.NOT_KNOWN: Text("ارتداد ضلع لا تُعرف جهته", "Setback of an edge whose side is not known"),
}

WORDS = tuple(outcome.word for outcome in Outcome)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the sheet; ``where`` is the METRIC shape of a failure, ``edge`` of a setback's
    edge."""

    rule: str
    name: Text
    permitted: float | None
    provided: float | None
    unit: str
    status: str
    source: Text
    where: BaseGeometry | None
    edge: BaseGeometry | None
    beside: Text | None = None  # what a setback's edge looks at


@dataclass(frozen=True, slots=True)
class Sheet:
    """The answer to a drawing: one verdict and its lines, in the order of the rules."""

    verdict: str
    lines: tuple[Line, ...]


def stated(value: float) -> float | None:
    """Return a measurement to the millimetre; None for NaN, which is unknown."""
    return None if math.isnan(value) else round(float(value), 3)


def check(parts: Sequence[Part], site: Site) -> Sheet:
    """Check one drawing on its site against every rule."""
    plans = plans_of(parts, site)
    edges = plans.boundary.edge_lines()
    plan = Text(site.limits_source, site.limits_source)
    checked, lines = checked_of(plans), []
    beside, sides = beside_edges(edges, site.beside), [Side(one) for one in plans.side.tolist()]
    for rule, found, failing, where in zip(
        RULES, checked.verdicts, checked.failing, checked.where, strict=True
    ):
        drawn = dict(zip(failing.tolist(), where, strict=True))
        for row, (edge, permitted, provided, outcome) in enumerate(
            zip(
                found.edge.tolist(), found.permitted.tolist(), found.provided.tolist(),
                found.outcome.tolist(), strict=True,
            )
        ):  # fmt: skip
            side = sides[edge] if edge >= 0 else None
            lines.append(
                Line(
                    rule=rule.code if side is None else CODES[side],
                    name=rule.name if side is None else NAMES[side],
                    permitted=stated(permitted),
                    provided=stated(provided),
                    unit=rule.unit,
                    status=WORDS[outcome],
                    source=plan if rule.is_of_plan and site.limits_source else rule.source,
                    where=drawn.get(row),
                    edge=None if side is None else edges[edge],
                    beside=None if side is None else beside[edge],
                )
            )
    return Sheet(WORDS[checked.outcome(1)[0]], tuple(lines))
