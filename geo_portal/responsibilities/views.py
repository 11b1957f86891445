"""Who answers where for reports, where nobody or several do, and how many reports wait for it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from geo_portal.home.page_config import map_config
from municipality import asked, geojson
from municipality.importing.placing import boundaries, inside_which
from municipality.people.access import open_to
from municipality.places.models import Wilayat, WilayatVersion
from municipality.problems import bad_value
from municipality.reach import as_system
from municipality.words import Text
from observations.reports.models import Category
from observations.routing.book import Answering, responsibility_book
from observations.routing.coverage import SLIVER_M2, Patch, gaps_and_overlaps
from observations.routing.models import Body
from observations.routing.rerouting import queues

DRAWN_M = 5.0  # lines are drawn to this; what is measured is the boundary itself
MOST_LISTED = 100
NOT_DRAWN = ("parking_zones", "wilayats", "areas", "plots", "buildings")  # the grounds do
NO_SUCH_CATEGORY = Text("تصنيف غير معروف.", "A category that is not known.")


@dataclass(frozen=True, slots=True)
class Listed:
    """A piece of ground as the page lists it; ``number`` stands on the map too."""

    number: int
    is_gap: bool
    km2: float
    wilayat: Wilayat | None
    bodies: tuple[Body, ...]


def _category(request: HttpRequest) -> Category | None:
    """Read the category asked for; raises Problem 422 for one that is not known."""
    code = request.GET.get("category", "").replace("\x00", "")
    if not code:
        return None
    found = Category.objects.filter(code=code).first()
    if found is None:
        raise bad_value("category", NO_SUCH_CATEGORY)
    return found


def _wilayats(patches: Sequence[Patch], *, on: dt.date) -> list[Wilayat | None]:
    """Return the wilayat that each piece lies in, by a point inside it."""
    points = np.array([shapely.point_on_surface(one.ground) for one in patches], dtype=object)
    known = {row.pk: row for row in Wilayat.objects.all()}
    return [known.get(int(key)) for key in inside_which(points, *boundaries(WilayatVersion, on=on))]


def _of_body(rule: Answering) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": geojson.geometry(shapely.simplify(rule.ground, DRAWN_M)),
        "properties": {
            "kind": "outside" if rule.is_outside else "body",
        },
    }


def _name_of(rule: Answering) -> dict[str, Any]:
    """Return the name of a body at one place of its ground: not again on every islet."""
    largest = max(shapely.get_parts(rule.ground), key=lambda part: part.area)
    return {
        "type": "Feature",
        "geometry": geojson.geometry(shapely.point_on_surface(largest)),
        "properties": {"kind": "name", "text": str(Text(rule.name_ar, rule.name_en))},
    }


def _of_patch(patch: Patch, listed: Listed) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": geojson.geometry(patch.ground),
        "properties": {
            "kind": "gap" if listed.is_gap else "overlap",
            "text": str(listed.number),
            "number": listed.number,
        },
    }


def _listed(patches: Sequence[Patch], *, on: dt.date) -> list[Listed]:
    bodies = {row.code: row for row in Body.objects.all()}
    where = _wilayats(patches, on=on)
    return [
        Listed(n, not patch.bodies, patch.km2, wilayat, tuple(bodies[c] for c in patch.bodies))
        for n, (patch, wilayat) in enumerate(zip(patches, where, strict=True), start=1)
    ]


@require_safe
@open_to("admin", "supervisor")
def responsibilities(request: HttpRequest) -> HttpResponse:
    """Show the grounds of a category (or of all without rules of their own) on a day."""
    on = asked.day(request.GET.get("on"), name="on", default=asked.today())
    chosen = _category(request)
    category_id = None if chosen is None else chosen.pk
    book = responsibility_book()
    grounds = book.grounds(category_id=category_id, on=on)
    found = gaps_and_overlaps(on=on, category_id=category_id)
    patches = (*found.gaps, *found.overlaps)[:MOST_LISTED]
    listed = _listed(patches, on=on)
    features = [
        *(_of_body(rule) for rule in grounds.rules),
        *(_name_of(rule) for rule in grounds.rules),
        *(_of_patch(patch, one) for patch, one in zip(patches, listed, strict=True)),
    ]
    config = map_config(request, features={"type": "FeatureCollection", "features": features})
    config["layers"] = [name for name in config["layers"] if name not in NOT_DRAWN]
    own = set(book.own_categories(on=on))
    categories = Category.objects.order_by("position", "pk")
    with as_system():  # two counts, and no report
        waiting = queues()
    context = {
        "config": config,
        "attribution": config["attribution"],
        "on": on,
        "chosen": chosen,
        "has_own": category_id in own,
        "with_own": [row for row in categories if row.pk in own],
        "others": [row for row in categories if row.pk not in own],
        "rules": grounds.rules,
        "bodies": Body.objects.order_by("is_outside", "code"),
        "answering": {rule.body for rule in grounds.rules},
        "found": found,
        "listed": listed,
        "sliver_m2": int(SLIVER_M2),
        "waiting": waiting,
    }
    return render(request, "responsibilities/map.html", context)
