"""The public register of building permits: what anyone may know, found in several ways.

Release class (services.md): number, plot, kind, state, dates; neither drawings nor names, and no
footprint: the ground is that of the plots.
"""

import datetime as dt
import re
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from municipality.digits import western
from plots.building_permits.models import BuildingPermit, Work

NUMBER = re.compile(r"^\s*([0-9]{1,9})\s*/\s*((?:19|20)[0-9]{2})\s*$")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; empty asks for everything."""

    text: str = ""  # a permit's number (12/2026), or a plot's
    work: str = ""
    state: str = ""
    year: int | None = None  # of issue
    wilayat: str = ""  # code
    area: str = ""  # code


def permit_numbered(text: str) -> BuildingPermit | None:
    """Return the permit of a number as people write it, in any digits; none for anything else."""
    found = NUMBER.match(western(text[:40]))
    if found is None:
        return None
    number = f"{int(found[1])}/{found[2]}"
    return BuildingPermit.objects.filter(number=number).first()  # unique


def found_permits(wanted: Wanted) -> QuerySet[BuildingPermit]:
    """Return the permits that are looked for, the latest first."""
    rows = BuildingPermit.objects.select_related("wilayat", "area")
    if wanted.text:
        text = western(wanted.text.strip())[:40]
        rows = rows.filter(Q(number=text.replace(" ", "")) | Q(plot_numbers=text))
    if wanted.work in Work.values:
        rows = rows.filter(work=wanted.work)
    if wanted.state in BuildingPermit.State.values:
        rows = rows.filter(state=wanted.state)
    if wanted.year is not None:
        first, after = dt.date(wanted.year, 1, 1), dt.date(wanted.year + 1, 1, 1)
        rows = rows.filter(valid__startswith__gte=first, valid__startswith__lt=after)
    if wanted.wilayat:
        rows = rows.filter(wilayat__code=wanted.wilayat)
    if wanted.area:
        rows = rows.filter(area__code=wanted.area)
    return rows.order_by("-issued_at", "-pk")


def last_moved(wanted: Wanted) -> QuerySet[BuildingPermit]:
    """Return the permits that are looked for, those first that were last issued or turned."""
    return found_permits(wanted).order_by(Coalesce("changed_at", "issued_at").desc(), "-pk")
