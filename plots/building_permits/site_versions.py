"""Drawing a site plan into an application: each version is checked, kept, and then never changes.

While the office draws, the version that was not handed in yet is replaced; what was handed in
stays for good.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from municipality.actor import Actor
from municipality.cases.conversation import ONLY_READS, NotSaid, open_for
from municipality.cases.models import Case
from municipality.cases.rights import Side
from municipality.city_time import city_day
from municipality.history.actions import record
from municipality.reach import acting
from municipality.stored import geos_of
from municipality.words import Text
from plots.building_permits.construction.models import Construction
from plots.building_permits.models import (
    PermitApplication,
    SiteFailure,
    SitePart,
    SiteVersion,
)
from plots.building_permits.queries import (
    application_of,
    latest_site,
    plots_of,
)
from plots.building_permits.sites.checking import Line, Sheet, check
from plots.building_permits.sites.context import NotOneSite, site_of
from plots.building_permits.sites.parts import Part, Role
from plots.building_permits.works import needs_of
from plots.register.limits import MeasuredPlot

DRAWN_IN = ("draft", "returned")  # the states in which the office changes its drawing
NOT_NOW = Text(
    "لا يتغير المخطط والمعاملة قيد التدقيق؛ اطلب إعادتها إليك.",
    "The site plan does not change while it is audited; ask for the case to come back to you.",
)
NO_SITE_WANTED = Text("لا مخطط موقع لهذا النوع.", "This kind of work has no site plan.")
PLOT_GONE = Text("لم تعد إحدى القطع في السجل.", "One of the plots is no longer in the register.")
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Checked:
    """A site plan with the answer of its plots on a day."""

    sheet: Sheet
    plot_m2: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """A site plan as it is handed in: its parts, where they came from, reasons for failures."""

    parts: Sequence[Part]
    origin: SiteVersion.Origin
    reasons: dict[str, str]


def check_on_plots(
    parts: Sequence[Part], plots: Sequence[MeasuredPlot], *, own: int | None, on: dt.date
) -> Checked:
    """Check parts on plots, with what other live applications claim; raises NotOneSite."""
    drawn = shapely.union_all([shapely.convex_hull(part.shape) for part in parts])
    site = site_of(plots=plots, buildings=drawn, on=on, own=own)
    return Checked(check(parts, site), float(site.plot.area))


def digest_of(parts: Sequence[Part], plots: Sequence[MeasuredPlot]) -> str:
    """Hash what a site plan is: its parts in order, to the last digit, and its plots' versions."""
    told = {
        "plots": [[plot.plot_id, plot.version] for plot in plots],
        "parts": [
            [part.role, shapely.to_wkb(part.shape, hex=True), part.floors, part.height_m, part.use]
            for part in parts
        ],
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _row(line: Line) -> dict[str, Any]:
    return {
        "rule": line.rule, "name": line.name.as_json(),
        "beside": None if line.beside is None else line.beside.as_json(),
        "permitted": line.permitted, "provided": line.provided, "unit": line.unit,
        "status": line.status,
        "source": line.source.as_json(),
    }  # fmt: skip


def _floor_area(parts: Sequence[Part]) -> float | None:
    """Return the area of all floors of buildings; none where a building's floors are not said."""
    built = [part for part in parts if part.role in (Role.MAIN, Role.ANNEX)]
    if not built or any(part.floors is None for part in built):
        return None
    return sum((part.floors or 0) * float(part.shape.area) for part in built)


def _reasons(told: dict[str, str], sheet: Sheet) -> dict[str, str]:
    """Keep the reasons of rules that fail."""
    failing = {line.rule for line in sheet.lines if line.status == "fail"}
    short = {rule: " ".join(why.split())[:LONGEST_REASON] for rule, why in told.items()}
    return {rule: why for rule, why in short.items() if rule in failing and why}


def next_number(last: SiteVersion | None) -> int:
    """Return the number of the version that is drawn now; what was not handed in gives way."""
    if last is None:
        return 1
    if last.submitted_at is not None:
        return last.number + 1
    last.delete()
    return last.number


def write_version(
    of: PermitApplication | Construction, number: int, drawn: Drawn,
    plots: Sequence[MeasuredPlot], *, by: Actor, at: dt.datetime,
) -> SiteVersion:  # fmt: skip
    """Check a drawing and keep it: what an application would build, or what has been built.

    Raises NotOneSite.
    """
    on = city_day(at)
    own: int | None
    if isinstance(of, PermitApplication):
        application, construction, own = of, None, of.pk
    else:
        application, construction, own = None, of, of.permit.application_id
    checked = check_on_plots(drawn.parts, plots, own=own, on=on)
    built = [part.shape for part in drawn.parts if part.role in (Role.MAIN, Role.ANNEX)]
    buildings = shapely.union_all(built)
    site = SiteVersion.objects.create(
        application=application, construction=construction, number=number, origin=drawn.origin,
        sha256=digest_of(drawn.parts, plots), buildings=geos_of(buildings),
        footprint_m2=float(buildings.area), floor_area_m2=_floor_area(drawn.parts),
        plot_m2=checked.plot_m2, checked_on=on, verdict=checked.sheet.verdict,
        sheet=[_row(line) for line in checked.sheet.lines],
        reasons=_reasons(drawn.reasons, checked.sheet), by_person_id=by.person_id, at=at,
    )  # fmt: skip
    SitePart.objects.bulk_create(
        SitePart(
            site=site, position=position, role=part.role, shape=geos_of(part.shape),
            floors=part.floors, height_m=part.height_m, use=part.use,
        )
        for position, part in enumerate(drawn.parts)
    )  # fmt: skip
    keep_failures(site, checked.sheet)
    return site


def keep_failures(site: SiteVersion, sheet: Sheet) -> None:
    """Keep the shape of each failure: rows only for the lines that fail."""
    SiteFailure.objects.filter(site=site).delete()
    SiteFailure.objects.bulk_create(
        SiteFailure(
            site=site, line=number, shape=geos_of(line.where),
            edge=None if line.edge is None else geos_of(line.edge),
        )
        for number, line in enumerate(sheet.lines)
        if line.where is not None and not line.where.is_empty
    )  # fmt: skip


@acting
def draw(*, case_id: int, drawn: Drawn, by: Actor, at: dt.datetime) -> SiteVersion:
    """Put a site plan into an application, checked; replaces what was not handed in yet.

    Raises NotSaid for who is not of the office, for a case at another stage, for plots that are
    gone or no one site.
    """
    case, side = open_for(case_id, by, at=at)
    if side is not Side.APPLICANT:
        raise NotSaid(ONLY_READS)
    if case.state not in DRAWN_IN:
        raise NotSaid(NOT_NOW)
    application = application_of(case)
    if not needs_of(application).has_site:
        raise NotSaid(NO_SITE_WANTED)
    plots = plots_of(application, on=city_day(at))
    if len(plots) < application.plots.count():
        raise NotSaid(PLOT_GONE)
    number = next_number(latest_site(application))
    try:
        site = write_version(application, number, drawn, plots, by=by, at=at)
    except NotOneSite as refusal:
        raise NotSaid(refusal.why) from None
    facts = {"site": site.number, "sha256": site.sha256, "verdict": site.verdict}
    record(stream=case.stream, act="draw", by=by, at=at, facts=facts)
    return site


def hand_in(*, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
    """Freeze the version that goes to the municipality, and the versions of its plots."""
    application, on = application_of(case), city_day(at)
    for plot in plots_of(application, on=on):
        application.plots.filter(plot_id=plot.plot_id).update(version=plot.version)
    site = latest_site(application)
    if site is not None and site.submitted_at is None:
        site.submitted_at = at
        site.save(update_fields=["submitted_at"])
