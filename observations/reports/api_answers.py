"""What stands beside the numbers of every heat answer."""

from typing import Any

from django.utils import timezone

from maps.heat.geojson import Box
from maps.heat.published import released_at
from maps.heat.queries import Cells
from maps.heat.views import ExactHeat
from municipality.moments import utc_text
from municipality.problems import bad_value
from municipality.words import Text
from observations.reports.heat_planner import weight_told
from observations.reports.heat_request import Asked

TOO_MANY = Text(
    "النتيجة {n} خلية، والحد {most}: اختر خلايا أكبر أو إطارًا أصغر.",
    "That is {n} cells and the limit is {most}: choose larger cells or a smaller box.",
)


def cache_of(found: Asked) -> str:
    """Return how long an answer may be kept by others."""
    return "public, max-age=60" if found.heat.name == "public" else "no-store"


def about(found: Asked, counted: Cells, box: Box) -> dict[str, Any]:
    """Return what is told beside the cells of a box."""
    return {
        "count": counted.total(),
        "suppressed": found.heat.suppressed(level=counted.level, box=box),
        "cell_m": counted.cell_m,
        **found.measure.told(),
        **(weight_told(found.heat.weight) if isinstance(found.heat, ExactHeat) else {}),
        "class": found.heat.name,
        "updated_at": as_of(found),
    }


def as_of(found: Asked) -> str | None:
    """Say from when an answer is: now, or the public's latest release; None before the first."""
    if found.heat.name == "exact":
        return utc_text(timezone.now())
    at = released_at(found.heat.layer)
    return None if at is None else utc_text(at)


def refuse_too_many(cells: Cells, most: int) -> None:
    """Raise Problem 422 where there are more cells than an answer may hold."""
    if len(cells.x) > most:
        raise bad_value(
            "cell_m", TOO_MANY.with_values(n=len(cells.x), most=most), code="too_many_cells"
        )
