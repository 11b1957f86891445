"""An application as its screens and its API show it: plain values, shapes in WGS 84."""

import datetime as dt
from itertools import pairwise
from typing import Any

import shapely

from municipality import geojson
from municipality.cases.conversation import current_documents
from municipality.cases.kinds import machine_of
from municipality.cases.models import Case, Document, Remark
from municipality.cases.rights import Side
from municipality.documents.links import link_to
from municipality.moments import utc_text
from municipality.people.models import User
from municipality.stored import shape_of
from municipality.words import Text
from plots.building_permits.approvals import Subject, audits_of, subjects
from plots.building_permits.construction.deviation import Deviation
from plots.building_permits.construction.models import Construction, SiteVisit
from plots.building_permits.construction.stages import progress
from plots.building_permits.construction.surveys import deviation_of, latest_as_built
from plots.building_permits.models import PermitApplication, SiteVersion, Work
from plots.building_permits.queries import latest_site
from plots.building_permits.sites.arrays import shapes_of, without_hairs
from plots.building_permits.sites.site_plan import TOLERANCE_M
from plots.building_permits.words import WORKS
from plots.building_permits.works import needs_of

LINK_MINUTES = 30
EXACT = 9  # decimals of a degree: a drawing that is opened and kept again stays where it is


def sheet_of(site: SiteVersion, *, side: Side) -> list[dict[str, Any]]:
    """Return the lines of a kept sheet; where another application builds only officers see."""
    shapes = {row.line: row for row in site.failures.all()}
    lines = []
    for number, row in enumerate(site.sheet):
        drawn = shapes.get(number)
        is_hidden = row["rule"] == "overlap" and side is not Side.MUNICIPALITY
        lines.append(
            {
                **row,
                "name": str(Text(**row["name"])),
                "beside": str(Text(**row["beside"])) if row.get("beside") else None,
                "source": str(Text(**row["source"])),
                "reason": site.reason_of(row),
                "geometry": None if drawn is None or is_hidden
                else geojson.geometry(shape_of(drawn.shape)),
                "edge": None if drawn is None or drawn.edge is None
                else geojson.geometry(shape_of(drawn.edge)),
            }
        )  # fmt: skip
    return lines


def parts_of(site: SiteVersion) -> dict[str, Any]:
    """Return the parts of a version as the FeatureCollection that was drawn."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": geojson.geometry(shape_of(row.shape), decimals=EXACT),
                "properties": {
                    "role": row.role, "floors": row.floors, "height_m": row.height_m,
                    "use": row.use, "area_m2": round(float(shape_of(row.shape).area), 2),
                },
            }
            for row in site.parts.order_by("position")
        ],
    }  # fmt: skip


def site_json(site: SiteVersion, *, side: Side) -> dict[str, Any]:
    """Return one version of a site plan with its check."""
    return {
        "version": site.number,
        "origin": site.origin,
        "sha256": site.sha256,
        "at": utc_text(site.at),
        "submitted_at": utc_text(site.submitted_at) if site.submitted_at else None,
        "checked_on": site.checked_on.isoformat(),
        "verdict": site.verdict,
        "plot_m2": round(site.plot_m2, 2),
        "footprint_m2": round(site.footprint_m2, 2),
        "floor_area_m2": None if site.floor_area_m2 is None else round(site.floor_area_m2, 2),
        "rules": sheet_of(site, side=side),
        "site": parts_of(site),
    }


def _drawn(shape: shapely.Geometry) -> dict[str, Any] | None:
    """Return what is painted of a difference: all that is wider than the noise of a survey."""
    (wide,) = without_hairs(shapes_of([shape]), wide_m=TOLERANCE_M)
    return None if wide.is_empty else geojson.geometry(wide, decimals=EXACT)


def change_between(before: SiteVersion, after: SiteVersion) -> dict[str, Any]:
    """Return what two versions differ in: m² added and removed, and both as shapes."""
    old, new = shape_of(before.buildings), shape_of(after.buildings)
    added, removed = shapely.difference(new, old), shapely.difference(old, new)

    return {
        "from": before.number, "to": after.number,
        "added_m2": round(float(added.area), 2), "removed_m2": round(float(removed.area), 2),
        "added": _drawn(added), "removed": _drawn(removed),
    }  # fmt: skip


def _document(row: Document, names: dict[str, Text], *, link: str) -> dict[str, Any]:
    return {
        "id": row.public_id, "kind": row.kind, "name": str(names[row.kind]), "sheet": row.sheet,
        "version": row.version, "sha256": row.file.sha256, "file_name": row.file.name,
        "pages": row.file.pages, "is_pdf": row.file.clean_kind == "pdf",
        "at": utc_text(row.at), "url": link,
    }  # fmt: skip


def documents_of(case: Case, person: User, *, at: dt.datetime) -> list[dict[str, Any]]:
    """Return every version of every paper, the latest first, with links to clean copies."""
    names = {paper.code: paper.name for paper in machine_of(case.kind).papers}
    until = at + dt.timedelta(minutes=LINK_MINUTES)
    rows = case.documents.select_related("file").order_by("kind", "sheet", "-version")
    latest = {row.pk for row in current_documents(case)}
    return [
        {
            **_document(
                row, names,
                link=link_to(row.file, person.pk, until, "clean") if row.file.may_be_opened else "",
            ),
            "is_latest": row.pk in latest,
        }
        for row in rows
    ]  # fmt: skip


def remark_json(row: Remark) -> dict[str, Any]:
    """Return one remark with its pin or its place."""
    return {
        "id": row.pk, "stage": row.stage, "text": row.text, "answer": row.answer,
        "document": row.document.public_id if row.document is not None else None,
        "page": row.page, "x": row.x, "y": row.y,
        "place": geojson.geometry(shape_of(row.place)) if row.place is not None else None,
        "at": utc_text(row.at),
        "state": "settled" if row.settled_at else "answered" if row.answered_at else "open",
    }  # fmt: skip


def _subject(subject: Subject, *, side: Side) -> dict[str, Any]:
    """Return one approval; who gave it is told to officers, as on the page of a case."""
    given = subject.approval
    is_named = given is not None and side is Side.MUNICIPALITY
    return {
        "stage": subject.stage, "key": subject.key, "sha256": subject.sha256,
        "is_approved": given is not None,
        "approved_by": given.by_person.full_name if given is not None and is_named else None,
        "approved_at": utc_text(given.at) if given else None,
    }  # fmt: skip


def approvals_of(application: PermitApplication, *, side: Side) -> list[dict[str, Any]]:
    """Return what each stage of audit approves, as it is now, with the approvals it has."""
    return [
        _subject(subject, side=side)
        for stage in audits_of(application)
        for subject in subjects(application, stage=stage)
    ]


def _deviation(found: Deviation) -> dict[str, Any]:
    return {
        "is_within": found.is_within,
        "beyond_m2": round(found.beyond_m2, 2), "beyond_m": round(found.beyond_m, 3),
        "missing_m2": round(found.missing_m2, 2),
        "beyond": _drawn(found.beyond), "missing": _drawn(found.missing),
    }  # fmt: skip


def _visit(row: SiteVisit) -> dict[str, Any]:
    return {
        "number": row.number, "stage": row.stage, "outcome": row.outcome or None,
        "text": row.text, "placed": row.placed or None, "accuracy_m": row.accuracy_m,
        "asked_at": utc_text(row.asked_at) if row.asked_at else None,
        "at": utc_text(row.at) if row.at else None,
    }  # fmt: skip


def works_json(works: Construction, *, side: Side) -> dict[str, Any]:
    """Return the works under a permit whole, for those who may see their case."""
    approved, survey = works.permit.site, latest_as_built(works)
    found = deviation_of(works, survey) if survey is not None else None
    return {
        "id": works.case.public_id, "number": works.case.number, "state": works.case.state,
        "moves": works.case.moves, "permit": works.permit.number,
        "stages": [
            {"code": one.code, "name": str(one.name), "passed_at":
             utc_text(one.passed_by.at) if one.passed_by and one.passed_by.at else None}
            for one in progress(works)
        ],
        "visits": [_visit(row) for row in works.visits.order_by("number")],
        "approved": parts_of(approved) if approved is not None else None,
        "as_built": None if survey is None else {
            **site_json(survey, side=side), "deviation": _deviation(found) if found else None,
        },
    }  # fmt: skip


def application_json(
    application: PermitApplication, *, person: User, side: Side, at: dt.datetime
) -> dict[str, Any]:
    """Return an application whole, for those who may see its case."""
    case, site = application.case, latest_site(application)
    handed_in = list(application.versions.order_by("-number"))
    needs = needs_of(application)
    return {
        "id": case.public_id,
        "number": case.number,
        "state": case.state,
        "work": application.work,
        "work_name": str(WORKS[Work(application.work)]),
        "plots": [
            {"id": row.plot_id, "number": row.plot.number, "version": row.version}
            for row in application.plots.select_related("plot").order_by("pk")
        ],
        "has_site": needs.has_site,
        "papers_wanted": list(needs.papers),
        "site": site_json(site, side=side) if site is not None else None,
        "changes": [change_between(older, newer) for newer, older in pairwise(handed_in)],
        "documents": documents_of(case, person, at=at),
        "remarks": [
            remark_json(row) for row in case.remarks.select_related("document").order_by("at", "pk")
        ],
        "approvals": approvals_of(application, side=side),
    }
