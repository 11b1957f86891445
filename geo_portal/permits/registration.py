"""What the registration clerk's screen says of an application: plain values, shapes in WGS 84."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from shapely.geometry.base import BaseGeometry

from geo_portal.permits.panel import papers_wanted
from municipality import geojson
from municipality.cases.kinds import machine_of
from municipality.cases.models import Case
from municipality.words import Text
from plots.building_permits.actions import KIND
from plots.building_permits.models import ApplicationPlot, PermitApplication
from plots.building_permits.queries import latest_site, nothing_to_demolish, plots_of
from plots.building_permits.registration import Ground, ground_of
from plots.building_permits.reports import frozen_reports
from plots.building_permits.sites.context import NotOneSite
from plots.building_permits.sites.frontage import Side
from plots.register.ministry import Answer, Sameness, TitleRegister, compare
from plots.register.models import PlotFacts, Road, UseClass
from plots.register.queries import plot_on
from plots.register.title_models import MandateStanding, Title, TitleMandate
from plots.register.titles import Owner, mandates_of, owners_of_title, title_on
from plots.register.use_words import USES

SIDES = {
    Side.FRONT: Text("أمامي", "Front"), Side.SIDE: Text("جانبي", "Side"),
    Side.REAR: Text("خلفي", "Rear"), Side.NOT_KNOWN: Text("لا تُعرف جهته", "Not known"),
}  # fmt: skip
ROADS = {
    one: Text(str(one.label), one.value.replace("_", " ").capitalize()) for one in Road.RoadClass
}
SAMENESS = {
    Sameness.SAME: (Text("مالك القطعة", "An owner of the plot"), "pass", "pass"),
    Sameness.BY_MANDATE: (Text("يتصرف بوكالة", "Acts by mandate"), "near", "person"),
    Sameness.DIFFERENT: (Text("ليس من مالكيها", "Not one of its owners"), "fail", "fail"),
    Sameness.UNKNOWN: (Text("لا يُعلم", "Not known"), "unknown", "diamond"),
}
STANDINGS = {
    MandateStanding.HOLDS: (Text("سارية", "In force"), "pass", "pass"),
    MandateStanding.NOT_BEGUN: (Text("لم تبدأ بعد", "Not begun yet"), "near", "clock"),
    MandateStanding.ENDED: (Text("انتهت", "Ended"), "", "clock"),
}
AREA_SHARE = 0.05  # a registered area that differs by more is pointed at


@dataclass(frozen=True, slots=True)
class Judged:
    """Whether the named owner is one of some owners: words, tone and icon, and their share."""

    words: Text
    tone: str
    icon: str
    share: Fraction | None


@dataclass(frozen=True, slots=True)
class MandateShown:
    """A mandate, and whether it holds today: words, tone and icon."""

    row: TitleMandate
    standing: MandateStanding
    words: Text
    tone: str
    icon: str


@dataclass(slots=True)
class PlotShown:
    """One plot of the application: as it was asked for, as it is, and whose it is."""

    row: ApplicationPlot
    facts: PlotFacts | None
    use: Text
    measured_m2: float | None = None
    area_differs: bool = False
    title: Title | None = None
    owners: list[Owner] = field(default_factory=list)
    mandates: list[MandateShown] = field(default_factory=list)
    judged: Judged | None = None
    answer: Answer | None = None
    judged_there: Judged | None = None


def judged(named: Owner, owners: list[Owner], mandates: Sequence[TitleMandate] = ()) -> Judged:
    """Compare the named owner with some owners and who may act for them, in words."""
    found, share = compare(named, owners, mandates)
    return Judged(*SAMENESS[found], share)


def named_owner(application: PermitApplication) -> Owner:
    """Return the owner as the office names them."""
    owners = [party.name for party in application.case.parties.all() if party.role == "owner"]
    name = owners[0] if owners else ""
    return Owner(name, application.owner_civil_number, Fraction(1))


def _mandates(title: Title, *, on: dt.date) -> list[MandateShown]:
    """Return the mandates of a title: those that hold before those that do not."""
    rows = [(row, row.standing_on(on)) for row in mandates_of(title)]
    rows.sort(key=lambda one: list(MandateStanding).index(one[1]))
    return [MandateShown(row, standing, *STANDINGS[standing]) for row, standing in rows]


def _plot(row: ApplicationPlot, named: Owner, *, on: dt.date) -> PlotShown:
    now = plot_on(plot_id=row.plot_id, on=on)
    if now is None:
        return PlotShown(row, None, Text("", ""))
    shown = PlotShown(row, now.facts, USES[UseClass(now.facts.use_class)], float(now.shape.area))
    registered = now.facts.registered_area_m2
    if registered:
        differs = abs(now.shape.area - float(registered)) / float(registered)
        shown.area_differs = differs > AREA_SHARE
    shown.title = title_on(plot_id=row.plot_id, on=on)
    if shown.title is not None:
        shown.owners = owners_of_title(shown.title)
        shown.mandates = _mandates(shown.title, on=on)
    holding = [one.row for one in shown.mandates if one.standing is MandateStanding.HOLDS]
    shown.judged = judged(named, shown.owners, holding)
    return shown


def ask_ministry(shown: PlotShown, named: Owner, register: TitleRegister) -> None:
    """Ask the ministry's register for the deed of a plot and compare its owners too."""
    if shown.title is None or shown.facts is None:
        return
    shown.answer = register.title_of(shown.facts.number, shown.title.deed_number)
    shown.judged_there = judged(named, list(shown.answer.owners))


def _feature(shape: BaseGeometry, role: str, number: str = "") -> dict[str, Any]:
    return {
        "type": "Feature", "geometry": geojson.geometry(shape),
        "properties": {"role": role, "number": number},
    }  # fmt: skip


def _drawn(ground: Ground | None) -> dict[str, Any]:
    """Draw the site, its numbered edges, its neighbours and what others would build on it."""
    features: list[dict[str, Any]] = []
    if ground is not None:
        features += [_feature(one.shape, "neighbour") for one in ground.neighbours]
        features += [_feature(one.shape, "building") for one in ground.buildings]
        features.append(_feature(ground.shape, "site"))
        for other in ground.others:
            if other.shape.area > 0:
                inside = other.shape.representative_point()
                features += [
                    _feature(other.shape, "overlap"), _feature(inside, "word", other.number),
                ]  # fmt: skip
        for edge in ground.edges:
            middle = edge.edge.line.interpolate(0.5, normalized=True)
            features.append(_feature(middle, "word", str(edge.number)))
        for near in ground.neighbours:
            features.append(_feature(near.shape.representative_point(), "word", near.number))
    return {"type": "FeatureCollection", "features": features}


def _ground(application: PermitApplication, *, on: dt.date) -> tuple[Ground | None, Text | None]:
    """Return what surrounds the site, or why its plots are no one site."""
    plots = plots_of(application, on=on)
    if not plots:
        return None, None
    try:
        return ground_of(application, plots, on=on), None
    except NotOneSite as refusal:
        return None, refusal.why


def registration_of(
    case: Case, application: PermitApplication, *, on: dt.date, register: TitleRegister | None
) -> dict[str, Any]:
    """Return what the screen shows; ``register`` is asked for each deed where it is given."""
    named = named_owner(application)
    rows = application.plots.select_related("plot").order_by("pk")
    plots = [_plot(row, named, on=on) for row in rows]
    if register is not None:
        for shown in plots:
            ask_ministry(shown, named, register)
    ground, why = _ground(application, on=on)
    machine = machine_of(KIND)
    papers = papers_wanted(case, application)
    return {
        "named": named,
        "plots": plots,
        "asked_ministry": register is not None,
        "papers": papers,
        "missing": [paper.name for paper in papers if not paper.is_there],
        "ground": ground,
        "not_one_site": why,
        "others": [(one, machine.state(one.state)) for one in ground.others] if ground else [],
        "edges": [
            (one, SIDES[one.edge.side], ROADS[Road.RoadClass(one.road.road_class)]
             if one.road else None)
            for one in ground.edges
        ] if ground else [],
        "neighbours": [(one, USES[UseClass(one.use_class)]) for one in ground.neighbours]
        if ground else [],
        "site": latest_site(application),
        "reports": frozen_reports(application),
        "nothing_stands": nothing_to_demolish(application),
        "things": _drawn(ground),
    }  # fmt: skip
