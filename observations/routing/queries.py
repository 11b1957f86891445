"""Whose is it?  The four answers for a report's disc, on a day."""

import datetime as dt

import shapely
from shapely.geometry import Point

from municipality.located import Located, Place, locate
from observations.routing.book import Answering, Grounds, responsibility_book

CRACK_M = 0.05  # two grounds of one body this near are one: lines are drawn to the centimetre


def responsible(
    *, category_id: int, point: Point, accuracy_m: float, on: dt.date
) -> Located[Answering]:
    """Judge a METRIC disc (metres) against what answers for a category on a day of the city.

    A category's own rule wins over the general ones on its ground.  ``inside``: the whole disc
    lies on the ground of one body, whatever lines it crosses there; ``near_edge``: part of it on
    nobody's; ``ambiguous``: several bodies; ``outside``: nobody answers.  Every rule the disc
    touches is a candidate with its signed distance.  Asks no table beyond the stamps.
    """
    grounds = responsibility_book().grounds(category_id=category_id, on=on)
    return judge(grounds, point=point, accuracy_m=accuracy_m)


def judge(grounds: Grounds, *, point: Point, accuracy_m: float) -> Located[Answering]:
    """Judge a METRIC disc against grounds that were worked out."""
    near = grounds.near(point, within_m=accuracy_m)
    found = locate(
        point=point, accuracy_m=accuracy_m, features=[(rule, rule.ground) for rule in near]
    )
    bodies = {candidate.feature.body_id for candidate in found.candidates}
    if found.result is not Place.AMBIGUOUS or len(bodies) > 1:
        return found
    return Located(_of_one_body(near, point, accuracy_m), found.candidates)


def _of_one_body(rules: list[Answering], point: Point, accuracy_m: float) -> Place:
    """Judge a disc against several grounds of one body as the one ground that they are."""
    grown = [shapely.buffer(rule.ground, CRACK_M, join_style="mitre") for rule in rules]
    whole = shapely.buffer(shapely.union_all(grown), -CRACK_M, join_style="mitre")
    return locate(point=point, accuracy_m=accuracy_m, features=[(None, whole)]).result


def clear(found: Located[Answering]) -> Answering | None:
    """Return the one rule an answer leads to, or None where it leads to none or to several."""
    return found.candidates[0].feature if found.result is Place.INSIDE else None
