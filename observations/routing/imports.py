"""Import of responsibilities: which body answers over which ground, declared to the engine."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from municipality.importing.fields import Field
from municipality.importing.overlaps import find_overlaps
from municipality.importing.parts import default_source
from municipality.importing.rows import Rows, as_array, mask_of
from municipality.importing.spec import POLYGON, Importer, Job
from municipality.importing.values import by_unique
from municipality.names import fold
from municipality.words import Text
from observations.reports.models import Category
from observations.routing.import_swap import STAGED, swap
from observations.routing.models import Body

_FIELDS = (
    Field("body", ("body", "body_code", "agency", "agency_code", "responsible", "directorate", "unit", "الجهة", "رمز الجهة", "المديرية"), longest=160),
    Field("name_ar", ("name_ar", "name:ar", "body_ar", "اسم الجهة"), longest=160),
    Field("name_en", ("name_en", "name:en", "body_en", "name"), longest=160),
    Field("category", ("category", "category_code", "service_code", "التصنيف", "رمز التصنيف"), longest=160),
    Field("source", ("source", "المصدر"), longest=200),
)  # fmt: skip


def _known(rows: Iterable[tuple[str, str, str]]) -> Callable[[str | None], str | None]:
    """Return a look-up from a code or a name in either language to the code."""
    found: dict[str, str] = {}
    for code, name_ar, name_en in rows:
        for told in (code, name_ar, name_en):
            found.setdefault(fold(told).strip(), code)
    return lambda text: found.get(fold(text).strip()) if text else None


def _bodies(rows: Rows) -> None:
    """Find each row's body by its code or a name; one we do not have is entered first, by us.

    A body made of a file's word would be routed to without a directorate or an address.
    """
    known = _known(Body.objects.values_list("code", "name_ar", "name_en"))
    text = pa.large_string()
    found = [by_unique(rows.values[name], known, text) for name in ("body", "name_ar", "name_en")]
    rows.values["body"] = as_array(pc.coalesce(*found))
    rows.mark("unknown_body", rows.good & ~np.asarray(rows.values["body"].is_valid()))


def _categories(rows: Rows, on: dt.date) -> None:
    """Find each row's category; a row without one speaks for all that have no rule of their own."""
    told = rows.values["category"]
    held = Category.objects.exclude(retired_on__lte=on)
    known = _known(held.values_list("code", "name_ar", "name_en"))
    rows.values["category"] = as_array(by_unique(told, known, pa.large_string()))
    lost = mask_of(told.is_valid()) & ~np.asarray(rows.values["category"].is_valid())
    rows.mark("unknown_category", rows.good & lost)


def _overlaps(rows: Rows) -> None:
    """Note the rows of different bodies that share ground for one category: nothing is refused."""
    bodies = np.array(rows.values["body"].to_pylist(), dtype=object)
    categories = np.array([c or "" for c in rows.values["category"].to_pylist()], dtype=object)
    for category in sorted(set(categories[rows.good])):
        here = np.flatnonzero(rows.good & (categories == category))
        found = find_overlaps(rows.shapes[here])
        of_two = bodies[here[found.first]] != bodies[here[found.second]]
        both = np.concatenate([found.first[of_two], found.second[of_two]])
        rows.mark("shared_responsibility", here[np.unique(both)])


def prepare(rows: Rows, job: Job) -> None:
    """The checks of responsibilities: bodies and categories we have; shared ground is a note."""
    with rows.check("bodies_and_categories"):
        _bodies(rows)
        _categories(rows, job.on)
    default_source(rows, job)
    with rows.check("shared_ground"):
        _overlaps(rows)


def _swapped(cursor: Any, job: Job) -> dict[str, Any]:
    return swap(cursor, on=job.on, whole=job.extent == "full")


RESPONSIBILITIES = Importer(
    kind="responsibilities",
    title=Text("المسؤوليات", "Responsibilities"),
    shape=POLYGON,
    fields=_FIELDS,
    staged=STAGED,
    prepare=prepare,
    swap=_swapped,
    layer_hints=("responsibilities", "responsibility", "المسؤوليات"),
    key="",
    unique_shapes=False,  # one ground, several bodies and categories
)

__all__ = ["RESPONSIBILITIES"]
