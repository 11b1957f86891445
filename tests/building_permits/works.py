"""Works under a permit, for the tests: a permit issued without its signature, a day of a visit."""

import datetime as dt
from typing import Any

import pytest
import shapely

from municipality.cases.models import Case
from plots.building_permits import issuing
from plots.building_permits.construction import completing
from plots.building_permits.construction.models import Construction, SiteVisit
from plots.building_permits.construction.surveys import survey_as_built
from plots.building_permits.construction.visits import Fix, Found, decide
from plots.building_permits.drawings.geojson import parts_of
from plots.building_permits.jobs import stamp_permit
from plots.building_permits.models import BuildingPermit, SiteVersion, Work
from plots.building_permits.site_versions import Drawn
from tests import builders as b
from tests.building_permits import builders as s
from tests.building_permits import office as o

Outcome = SiteVisit.Outcome


def at_metres(x: float, y: float, accuracy_m: float = 10.0) -> Fix:
    """A fix so many metres from the plot's south-west corner."""
    return Fix(shapely.Point(b.EAST + x, b.NORTH + y), accuracy_m)


ON_SITE = at_metres(10.0, 12.0, 4.0)


def unsigned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Papers blank and without their signature, where a test is about something else: seconds."""
    blank = lambda *_, **__: o.pdf()  # noqa: E731 (a paper that says nothing)
    monkeypatch.setattr(issuing.paper, "permit_pdf", blank)
    plain = lambda pdf, **_: lambda code: pdf + code.encode()  # noqa: E731 (a stamp that is none)
    monkeypatch.setattr(issuing, "stamped", plain)
    monkeypatch.setattr(completing, "stamped", plain)


def a_works_town() -> o.PermitTown:
    """A permit town with its site inspector."""
    town = o.a_permit_town()
    town.officers["site_inspector"] = b.a_person("site_inspector")
    return town


def issued(case: Case) -> BuildingPermit:
    """The permit of an application that the worker stamps."""
    stamp_permit.call(case.pk)
    case.refresh_from_db()
    assert case.state == "issued"
    return BuildingPermit.objects.latest("pk")


def begun(town: o.PermitTown, work: Work = Work.NEW) -> Construction:
    """The works under a permit just issued, with the notice of their beginning."""
    case = o.an_application(town, work)
    if work is Work.NEW:
        o.until(town, case, "stamping")
    else:
        straight(town, case)
    works = Construction.objects.get(permit=issued(case))
    step(town, works, "begin")
    return works


def straight(town: o.PermitTown, case: Case) -> None:
    """An application that only the structural audit passes, to its stamp."""
    o.moved(town, o.completed(town, case), "submit")
    o.moved(town, case, "accept_structure", "registrar")
    o.approved(town, case)
    o.moved(town, case, "pass_structure", "structural")
    o.paid(case)
    o.moved(town, case, "approve", "approver")


def later(works: Construction) -> dt.datetime:
    """A moment after everything that has happened so far."""
    works.refresh_from_db()
    works.permit.refresh_from_db()
    last = works.visits.exclude(at=None).order_by("-number").first()
    since = max(filter(None, (works.permit.issued_at, last.at if last else None)))
    return since + dt.timedelta(milliseconds=1)


def step(town: o.PermitTown, works: Construction, edge: str, role: str = "office", **values: Any):
    """One step of the works, after all that came before."""
    at = values.pop("at", later(works))
    case = o.moved(town, works.case, edge, role, at=at, **values)
    works.case.refresh_from_db()
    return case


def found(
    town: o.PermitTown, works: Construction, outcome: SiteVisit.Outcome = Outcome.PASSED,
    text: str = "", *, fix: Fix | None = ON_SITE,
) -> str:  # fmt: skip
    """What the inspector finds at the visit that was asked for; returns the state after it."""
    case = decide(
        case_id=works.case_id, found=Found(outcome, text, fix), by=town.officer("site_inspector"),
        at=later(works), seen=None,
    )  # fmt: skip
    works.case.refresh_from_db()
    return case.state


def passed(town: o.PermitTown, works: Construction, count: int) -> None:
    """So many stages asked for and passed."""
    for _ in range(count):
        step(town, works, "ask_visit")
        found(town, works)


def surveyed(town: o.PermitTown, works: Construction, *features: dict) -> SiteVersion:
    """What the office says was built: the villa as approved where nothing is given."""
    features = features or (s.a_villa(), *s.bays())
    return survey_as_built(
        case_id=works.case_id, by=town.as_office(), at=later(works),
        drawn=Drawn(parts_of(s.site(*features)), SiteVersion.Origin.MAP, {}),
    )  # fmt: skip
