"""An office's drawing laid on the plot: by its own coordinates, its outline, or the office's hand.

Nothing is stretched.  Steps follow each other, each on what the one before laid: a drawing that
is nearly right is moved from there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from municipality import crs, geometry_gate
from municipality.documents.drawings import Drawing
from municipality.problems import bad_value
from municipality.words import Text
from plots.building_permits.drawings.astray import astray
from plots.building_permits.drawings.dxf import (
    UNITS,
    DrawnPlan,
    LayerMap,
    PartFacts,
    parts_of_drawing,
)
from plots.building_permits.drawings.layers import LayerRole, guess
from plots.building_permits.drawings.outlines import Fit, fit_outline
from plots.building_permits.drawings.placement import Placement, apply
from plots.building_permits.drawings.placing import (
    NotPlaced,
    PlotDifference,
    by_drag,
    by_two_points,
    plot_difference,
    whereabouts,
)
from plots.building_permits.sites.parts import Part

MOST_STEPS, MOST_FITS = 20, 8
BAD_MAP = Text("ربط الطبقات غير مفهوم.", "The mapping of layers is not understood.")
BAD_STEP = Text("خطوة الوضع غير مفهومة.", "This step of placing is not understood.")
CENTRED = Text(
    "وُضع الرسم في وسط القطعة. حرّكه، أو ضعه بنقطتين مشتركتين.",
    "The drawing was put in the middle of the plot. Move it, or give two common points.",
)
BY_HAND = Text("وُضع الرسم بيدكم.", "You placed the drawing.")
NOT_THERE = Text(
    "{off} وُضع الرسم على القطعة دون إحداثياته: تحقق من موضعه، أو صحّح نظام الإحداثيات وأرسله.",
    "{off} It was laid on the plot regardless of them: check where it lies, or mend the "
    "coordinate system and send it again.",
)
NOT_READ = Text(
    "لم يُقرأ من الرسم أي جزء من المبنى، والأسباب مع ما لم يُقرأ.",
    "No part of the building could be read from the drawing; the reasons stand with what was "
    "not read.",
)
NOTHING = Text(
    "لا جزء في الطبقات المختارة. اختر أي الطبقات تحمل المبنى.",
    "No part lies on the chosen layers. Choose which layers hold the building.",
)


class NoParts(NotPlaced):
    """Nothing of a drawing is a part; the notes of its plan say what was left out, and why."""

    def __init__(self, plan: DrawnPlan) -> None:
        is_told = any(note.stops for note in plan.notes)
        super().__init__(NOT_READ if is_told else NOTHING, misfit_m=0.0)
        self.plan = plan


@dataclass(frozen=True, slots=True)
class Laid:
    """Parts in METRIC, how they came there, and what is to be said of them.

    ``off`` says how far away the drawing's own coordinates lie, where they are real ones.
    """

    parts: list[Part]
    words: Text
    off: Text | None
    fits: list[Fit]
    plan: DrawnPlan
    difference: PlotDifference | None


def layer_map_of(told: object, drawing: Drawing) -> LayerMap:
    """Read what an office says of layers; what it does not name is guessed.  Raises Problem 422."""
    if not isinstance(told, Mapping):
        raise bad_value("mapping", BAD_MAP)
    roles = guess(layer.name for layer in drawing.layers)
    for name, role in _members(told, "roles").items():
        if role not in set(LayerRole):
            raise bad_value("mapping/roles", BAD_MAP)
        roles[name] = LayerRole(role)
    unit = told.get("unit", "")
    if unit and unit not in UNITS:
        raise bad_value("mapping/unit", BAD_MAP)
    facts = {name: _facts(one) for name, one in _members(told, "facts").items()}
    return LayerMap(roles, facts, unit or "")


def _members(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = told.get(name, {})
    if not isinstance(found, Mapping) or len(found) > 2_000:
        raise bad_value(f"mapping/{name}", BAD_MAP)
    return found


def _facts(told: object) -> PartFacts:
    if not isinstance(told, Mapping):
        raise bad_value("mapping/facts", BAD_MAP)
    floors, height = told.get("floors"), told.get("height_m")
    if floors is not None and not (isinstance(floors, int) and 1 <= floors <= 200):
        raise bad_value("mapping/facts", BAD_MAP)
    if height is not None and not (isinstance(height, int | float) and 0 <= height <= 1_000):
        raise bad_value("mapping/facts", BAD_MAP)
    return PartFacts(floors, None if height is None else float(height))


def lay(
    drawing: Drawing, mapping: LayerMap, *, plot: BaseGeometry, steps: Sequence[object]
) -> Laid:
    """Lay a drawing on its METRIC plot; without steps where it lies best by itself.

    Raises NoUnit, NotPlaced, and Problem 422 for steps that are none.
    """
    plan = parts_of_drawing(drawing, mapping)
    if not plan.parts:
        raise NoParts(plan)
    fits = [] if plan.plot is None else fit_outline(plan.plot, plot)[:MOST_FITS]
    parts, words, off = _by_itself(drawing, plan, plot, fits)
    for step in steps[:MOST_STEPS]:
        parts, words = _stepped(step, parts, plan, fits), BY_HAND
    difference = None if plan.plot is None else plot_difference(plan.plot, plot)
    return Laid(parts, words, off, fits, plan, difference)


def _whole(parts: Sequence[Part]) -> BaseGeometry:
    return shapely.union_all([part.shape for part in parts])


def _by_itself(
    drawing: Drawing, plan: DrawnPlan, plot: BaseGeometry, fits: Sequence[Fit]
) -> tuple[list[Part], Text, Text | None]:
    """By its own coordinates, else by its outline, else in the middle of the plot.

    Where it has real coordinates that lie elsewhere, that is said with it.
    """
    found = whereabouts(_whole(plan.parts), plot, system=drawing.system)
    if found.chosen is not None:
        affine, srid = drawing.system and drawing.system.affine, found.chosen.srid

        def there(shape: BaseGeometry) -> BaseGeometry:
            own = affinity.affine_transform(shape, affine) if affine is not None else shape
            return crs.to_metric([own], srid=srid)[0]

        return [replace(part, shape=there(part.shape)) for part in plan.parts], found.words, None
    off = _off(found.as_named, plot)
    good = next((fit for fit in fits if fit.is_good and not fit.placement.mirrored), None)
    if good is not None:
        return apply(good.placement, plan.parts), good.words, off
    mirrored = next((fit for fit in fits if fit.is_good), None)
    middle, target = _whole(plan.parts).centroid, plot.centroid
    moved = Placement(east_m=target.x - middle.x, north_m=target.y - middle.y)
    return apply(moved, plan.parts), mirrored.words if mirrored is not None else CENTRED, off


def _off(drawn: BaseGeometry | None, plot: BaseGeometry) -> Text | None:
    found = None if drawn is None else astray(drawn, plot)
    if found is None:
        return None
    return Text(NOT_THERE.ar.format(off=found.words.ar), NOT_THERE.en.format(off=found.words.en))


def _points(told: object, count: int) -> list[tuple[float, float]]:
    """Read so many positions of WGS 84 as METRIC points; raises Problem 422."""
    if not isinstance(told, list) or len(told) != count:
        raise bad_value("steps", BAD_STEP)
    found = []
    for one in told:
        shape = geometry_gate.shape_from_geojson(
            {"type": "Point", "coordinates": one}, kinds=("Point",), srid=crs.LONLAT
        )
        found.append((float(shape.x), float(shape.y)))
    return found


def _stepped(step: object, parts: list[Part], plan: DrawnPlan, fits: Sequence[Fit]) -> list[Part]:
    """Lay the parts by one step: an outline's fit, two points, or a drag with a turn."""
    if not isinstance(step, Mapping):
        raise bad_value("steps", BAD_STEP)
    if step.get("way") == "outline":
        number = step.get("n", 0)
        if not isinstance(number, int) or not 0 <= number < len(fits):
            raise bad_value("steps", BAD_STEP)
        return apply(fits[number].placement, plan.parts)
    if step.get("way") == "two_points":
        (a, b), (c, d) = _points(step.get("from"), 2), _points(step.get("to"), 2)
        return apply(by_two_points(a, b, c, d).placement, parts)
    turn = step.get("turn", 0)
    if step.get("way") != "drag" or not isinstance(turn, int | float) or isinstance(turn, bool):
        raise bad_value("steps", BAD_STEP)
    middle = _whole(parts).centroid
    shift = (0.0, 0.0)
    if "from" in step or "to" in step:
        (start,), (end,) = _points(step.get("from"), 1), _points(step.get("to"), 1)
        shift = tuple(np.subtract(end, start).tolist())
    return apply(by_drag((middle.x, middle.y), float(turn), shift), parts)
