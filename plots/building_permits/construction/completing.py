"""The completion certificate (شهادة إتمام البناء): printed, stamped, and the permit completed."""

import datetime as dt
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from municipality.actor import SYSTEM
from municipality.cases.models import Case
from municipality.city_time import city_day
from municipality.conf import PROFILE
from municipality.documents.models import IssuedPaper
from municipality.documents.papers import Fact, issue_paper
from municipality.documents.printing import fonts, pdf_of
from municipality.documents.signing.stamping import stamped
from municipality.documents.signing.values import Room, VisibleStamp
from municipality.history.actions import record
from municipality.places.demo import is_demo
from municipality.stored import shape_of
from municipality.words import Text
from plots.building_permits.construction.deviation import Deviation
from plots.building_permits.construction.models import Construction
from plots.building_permits.construction.stages import progress
from plots.building_permits.construction.surveys import (
    construction_of,
    deviation_of,
    latest_as_built,
    planned,
)
from plots.building_permits.models import BuildingPermit, PermitApplication, SiteVersion, Work
from plots.building_permits.paper import site_drawing
from plots.building_permits.sites.parts import Role
from plots.building_permits.words import WORKS
from plots.register.as_built import AsBuilt, keep_as_built

CERTIFICATE = Text("شهادة إتمام بناء", "Completion certificate")
CLEARED = Text("شهادة إتمام أعمال", "Certificate of completed works")
REASON = Text("اعتماد شهادة إتمام", "Approval of a completion certificate")


def name_of(permit: BuildingPermit) -> Text:
    """Return what the certificate is called: of a building, or of works that leave none."""
    return CERTIFICATE if permit.site_id is not None else CLEARED


def _facts(construction: Construction, survey: SiteVersion | None, on: dt.date) -> list[Fact]:
    permit = construction.permit

    def plain(value: str) -> Text:
        return Text(value, value)

    rows: list[Fact] = [
        (Text("الوثيقة", "Paper"), name_of(permit)),
        (Text("رقم الإباحة", "Permit"), plain(permit.number)),
        (Text("نوع العمل", "Kind of work"), WORKS[Work(permit.work)]),
        (Text("القطعة", "Plot"), plain(permit.plot_numbers)),
        (Text("اكتمل العمل في", "Completed on"), plain(on.strftime("%d/%m/%Y"))),
    ]
    if survey is not None:
        area = f"{survey.footprint_m2:.2f}"
        rows.append((Text("مسقط المبنى كما بُني", "Footprint as built"),
                     Text(f"{area} م²", f"{area} m²")))  # fmt: skip
    return rows


def _differs(found: Deviation | None) -> dict[str, str] | None:
    if found is None:
        return None
    return {
        "beyond": f"{found.beyond_m2:.2f}", "far": f"{found.beyond_m:.2f}",
        "missing": f"{found.missing_m2:.2f}",
    }  # fmt: skip


def _pdf(construction: Construction, survey: SiteVersion | None, *, at: dt.datetime) -> bytes:
    case, permit = construction.case, construction.permit
    parties = {party.role: party for party in case.parties.all()}
    local = at.astimezone(PROFILE.time_zone)
    with translation.override("ar"):
        context: dict[str, Any] = {
            "title": str(name_of(permit)), "permit": permit, "survey": survey,
            "work": str(WORKS[Work(permit.work)]), "case_number": case.number,
            "owner": parties["owner"].name, "office": parties["office"].name,
            "stages": [
                {"name": str(one.name), "visit": one.passed_by} for one in progress(construction)
            ],
            "differs": _differs(deviation_of(construction, survey) if survey else None),
            **site_drawing(survey, permit),
            "municipality": PROFILE.municipality_ar, "is_demo": is_demo(), "lang": "ar",
            "dir": "rtl", "at": local, "fonts": fonts(),
        }  # fmt: skip
        return pdf_of(render_to_string("building_permits/certificate.html", context))


def _visible(construction: Construction, on: dt.date) -> VisibleStamp:
    permit = construction.permit

    def line(ar: str, en: str, value: str) -> Fact:
        return Text(ar, en), Text(value, value)

    lines = (
        line("رقم الإباحة", "Permit", permit.number),
        line("القطعة", "Plot", permit.plot_numbers[:40]),
        line("اكتمل العمل في", "Completed on", on.strftime("%d/%m/%Y")),
    )
    return VisibleStamp(name_of(permit), lines, code="", room=Room.ADDED)


def _into_register(
    construction: Construction, application: PermitApplication, survey: SiteVersion
) -> None:
    """Put what was built into the register of buildings: from now on it is what stands there."""
    plots = application.plots.order_by("pk")
    main = [row for row in survey.parts.order_by("position") if row.role == Role.MAIN]
    floors = [row.floors for row in main if row.floors is not None]
    heights = [row.height_m for row in main if row.height_m is not None]
    keep_as_built(
        AsBuilt(
            key=f"permit/{construction.permit.number}",
            footprint=shape_of(survey.buildings),
            plot_ids=tuple(row.plot_id for row in plots),
            floors=max(floors, default=None),
            height_m=max(heights, default=None),
            source=f"شهادة إتمام، الإباحة {construction.permit.number}",
        )
    )


def complete(case: Case, *, at: dt.datetime) -> IssuedPaper:
    """Issue the certificate of works, inside the caller's transaction; raises what the stamp does.

    The permit becomes completed, and what was built takes its place in the register.
    """
    construction, on = construction_of(case), city_day(at)
    permit, survey = construction.permit, latest_as_built(construction)
    pdf = _pdf(construction, survey, at=at)
    construction.certificate = issue_paper(
        kind="completion_certificate", number=f"{permit.number}-C",
        facts=_facts(construction, survey, on), at=at, about=case.stream,
        pdf=stamped(pdf, visible=_visible(construction, on), reason=REASON, at=at),
    )  # fmt: skip
    construction.save(update_fields=["certificate"])
    permit.turn(BuildingPermit.State.COMPLETED, at=at)
    application = planned(construction)
    if survey is not None and application is not None:
        _into_register(construction, application, survey)
    facts = {"permit": permit.number, "paper": construction.certificate.pk}
    record(stream=case.stream, act="complete", by=SYSTEM, at=at, facts=facts)
    return construction.certificate
