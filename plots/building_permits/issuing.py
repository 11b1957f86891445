"""Issuing: each approved drawing stamped, the permit printed, stamped and put into the register.

A renewal and a change of owner or consultant issue the permit in force anew; an addition or a
modification issues a new permit in its place.  With each the works under the permit are opened,
or carried on.
"""

import datetime as dt

import shapely
from django.db import connection

from municipality.actor import SYSTEM
from municipality.cases.conversation import current_documents
from municipality.cases.kinds import machine_of
from municipality.cases.models import Case, Document
from municipality.city_time import city_day
from municipality.documents.models import IssuedPaper
from municipality.documents.papers import Fact, issue_paper, supersede
from municipality.documents.signing.stamping import stamped
from municipality.documents.signing.values import Room, VisibleStamp
from municipality.documents.store import open_kept
from municipality.history.actions import record
from municipality.stored import geos_of, shape_of
from municipality.words import Text
from plots.building_permits import paper
from plots.building_permits.construction.opening import carry_on
from plots.building_permits.models import (
    BuildingPermit,
    PermitApplication,
    StampedDrawing,
    Work,
)
from plots.building_permits.queries import application_of, latest_site
from plots.building_permits.works import DRAWINGS

VALID_YEARS = 2  # Local Order 23/92 art. 102
MAJOR = (Work.NEW, Work.ADDITION)
ANEW = (Work.RENEWAL, Work.OWNER_CHANGE, Work.CONSULTANT_CHANGE)  # the same permit goes on
APPROVED = Text("رسم معتمد", "Approved drawing")
PERMIT = Text("إباحة بناء", "Building permit")
REASON = Text("اعتماد إباحة بناء", "Approval of a building permit")
REISSUED = Text("صدرت الإباحة من جديد", "The permit was issued anew")
REPLACED = Text("حلت محلها الإباحة {number}", "Permit {number} stands in its place")


def years_on(day: dt.date, years: int) -> dt.date:
    """Return the same day so many years later; of 29 February the first of March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return dt.date(day.year + years, 3, 1)


def _number(year: int) -> str:
    """Take the next number of a year that no permit from before the platform has."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT nextval('building_permit_number')")
            number = f"{cursor.fetchone()[0]}/{year}"
            if not BuildingPermit.objects.filter(number=number).exists():
                return number


def _new_permit(
    application: PermitApplication, case: Case, *, on: dt.date, at: dt.datetime
) -> BuildingPermit:
    site = latest_site(application)
    plots = [row.plot for row in application.plots.select_related("plot").order_by("pk")]
    ground = shapely.union_all([shape_of(plot.boundary) for plot in plots])
    work = Work(application.work)
    rank = BuildingPermit.Rank.MAJOR if work in MAJOR else BuildingPermit.Rank.MINOR
    made = BuildingPermit.objects.create(
        number=_number(on.year), application=application, work=work, rank=rank,
        consultancy_id=application.consultancy_id,
        valid=(on, years_on(on, VALID_YEARS)), issued_at=at,
        plot_numbers=" + ".join(plot.number for plot in plots)[:300],
        wilayat_id=case.wilayat_id, area_id=case.area_id, place=geos_of(ground), site=site,
        footprint=None if site is None else site.buildings,
    )  # fmt: skip
    made.refresh_from_db()  # the span of days as the database keeps it
    return made


def _lines(permit: BuildingPermit, what: str) -> tuple[Fact, ...]:
    until = paper.last_day(permit).strftime("%d/%m/%Y")
    since = permit.valid.lower.strftime("%d/%m/%Y")

    def line(ar: str, en: str, value: str) -> Fact:
        return Text(ar, en), Text(value, value)

    return (
        line("رقم الإباحة", "Permit", permit.number),
        line("القطعة", "Plot", permit.plot_numbers[:40]),
        line("الوثيقة", "Paper", what),
        line("صدرت في", "Issued", since),
        line("سارية حتى", "Valid until", until),
    )


def _stamp(
    document: Document, permit: BuildingPermit, case: Case, *, at: dt.datetime
) -> StampedDrawing:
    """Stamp the clean copy of one drawing, in a band beside what is drawn."""
    name = next(one.name for one in machine_of(case.kind).papers if one.code == document.kind)
    what = f"{name.ar} {document.sheet}".strip()
    with open_kept(document.file.clean_sha256) as file:
        pdf = file.read()
    facts = [
        *paper.facts(permit),
        (Text("الرسم", "Drawing"), Text(what, f"{name.en} {document.sheet}".strip())),
        (Text("النسخة", "Version"), Text(str(document.version), str(document.version))),
    ]
    issued = issue_paper(
        kind="approved_drawing", number=f"{permit.number}-{document.pk}", facts=facts, at=at,
        about=case.stream,
        pdf=stamped(
            pdf, visible=VisibleStamp(APPROVED, _lines(permit, what), code=""), reason=REASON, at=at
        ),
    )  # fmt: skip
    return StampedDrawing.objects.create(permit=permit, document=document, paper=issued)


def _print(
    permit: BuildingPermit, case: Case, drawings: list[StampedDrawing], *, at: dt.datetime
) -> IssuedPaper:
    pdf = paper.permit_pdf(permit, case=case, stamped=drawings, at=at)
    visible = VisibleStamp(PERMIT, _lines(permit, PERMIT.ar), code="", room=Room.ADDED)
    return issue_paper(
        kind="building_permit", number=permit.number, facts=paper.facts(permit), at=at,
        about=case.stream, pdf=stamped(pdf, visible=visible, reason=REASON, at=at),
    )  # fmt: skip


def _anew(application: PermitApplication, *, on: dt.date, at: dt.datetime) -> BuildingPermit:
    """Return the permit in force that goes on: renewed from its last day, or from today if late."""
    held = application.permit
    if held is None:
        raise ValueError(f"application {application.pk} names no permit")
    permit = BuildingPermit.objects.select_for_update(of=("self",)).get(pk=held.pk)
    if application.work == Work.RENEWAL:
        start = max(permit.valid.upper, on)
        permit.valid = (permit.valid.lower, years_on(start, VALID_YEARS))
        permit.save(update_fields=["valid"])
        permit.turn(BuildingPermit.State.VALID, at=at)
        permit.refresh_from_db()
    if application.work == Work.CONSULTANT_CHANGE:
        permit.consultancy_id = application.consultancy_id
        permit.save(update_fields=["consultancy"])
    return permit


def _end(old: BuildingPermit, new: BuildingPermit, *, at: dt.datetime) -> None:
    """Put a new permit in the place of one that was changed: its papers no longer hold."""
    reason = REPLACED.with_values(number=new.number)
    for row in old.drawings.select_related("paper"):
        if row.paper.state == IssuedPaper.State.VALID and new.paper is not None:
            supersede(of=row.paper, new=new.paper, reason=reason.ar, by=SYSTEM, at=at)
    if old.paper is not None and new.paper is not None:
        supersede(of=old.paper, new=new.paper, reason=reason.ar, by=SYSTEM, at=at)
    old.turn(BuildingPermit.State.SUPERSEDED, at=at)


def issue(case: Case, *, at: dt.datetime) -> BuildingPermit:
    """Issue what an application was approved for, inside the caller's transaction.

    Raises what the stamp raises: nothing is issued then.
    """
    application, on = application_of(case), city_day(at)
    is_anew = application.work in ANEW
    permit = _anew(application, on=on, at=at) if is_anew else _new_permit(
        application, case, on=on, at=at
    )  # fmt: skip
    drawings = [
        _stamp(document, permit, case, at=at)
        for document in current_documents(case)
        if document.kind in DRAWINGS and not is_anew
    ]
    kept = drawings or list(permit.drawings.select_related("document", "paper"))
    before, permit.paper = permit.paper, _print(permit, case, kept, at=at)
    permit.save(update_fields=["paper"])
    if before is not None:
        supersede(of=before, new=permit.paper, reason=REISSUED.ar, by=SYSTEM, at=at)
    replaced = application.permit if not is_anew else None
    if replaced is not None:
        _end(replaced, permit, at=at)
    carry_on(permit, before=replaced, case=case, at=at)
    facts = {"number": permit.number, "work": application.work, "paper": permit.paper.pk}
    record(stream=case.stream, act="issue_permit", by=SYSTEM, at=at, facts=facts)
    return permit
