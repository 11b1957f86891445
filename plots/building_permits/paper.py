"""The permit as a paper: what may be built where, until when, and which drawings were stamped."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import shapely
from django.template.loader import render_to_string
from django.utils import translation

from municipality.cases.kinds import machine_of
from municipality.cases.models import Case
from municipality.conf import PROFILE
from municipality.documents.papers import Fact, shown
from municipality.documents.printing import fonts, pdf_of
from municipality.places.demo import is_demo
from municipality.stored import shape_of
from municipality.words import Text
from plots.building_permits.models import BuildingPermit, SiteVersion, StampedDrawing, Work
from plots.building_permits.sites.parts import Role
from plots.building_permits.words import RANKS, STATUSES, UNITS, WORKS
from plots.restrictions.sheet import drawing, path_of, to_paper

FILLS = {  # of the parts of a site plan
    Role.MAIN: "#9fb4b8", Role.ANNEX: "#c9d4d6", Role.CANOPY: "#eceae3",
    Role.LEDGE: "#eceae3", Role.GUARD: "#dfe5e6", Role.PLANT: "#dfe5e6",
    Role.WALL: "none", Role.PARKING: "#f5f3ee",
}  # fmt: skip


def last_day(permit: BuildingPermit) -> dt.date:
    """Return the last day on which a permit holds."""
    after: dt.date = permit.valid.upper
    return after - dt.timedelta(days=1)


def facts(permit: BuildingPermit) -> list[Fact]:
    """Return what anyone with the code may check: no names, no drawings."""

    def plain(value: str) -> Text:
        return Text(value, value)

    rows: list[Fact] = [
        (Text("رقم الإباحة", "Permit"), plain(permit.number)),
        (Text("نوع العمل", "Kind of work"), WORKS[Work(permit.work)]),
        (Text("القطعة", "Plot"), plain(permit.plot_numbers)),
    ]
    for place, label in (
        (permit.wilayat, Text("الولاية", "Wilayat")),
        (permit.area, Text("المنطقة", "Area")),
    ):
        if place is not None:
            rows.append((label, Text(place.name_ar, place.name_en)))
    until = last_day(permit).strftime("%d/%m/%Y")
    rows.append((Text("سارية حتى", "Valid until"), plain(until)))
    if permit.footprint is not None:
        area = f"{shape_of(permit.footprint).area:.2f}"
        rows.append((Text("مسقط المبنى", "Footprint"), Text(f"{area} م²", f"{area} m²")))
    return rows


def _parts(site: SiteVersion, ground: Any) -> list[dict[str, str]]:
    paper, _ = to_paper(ground)
    rows = list(site.parts.order_by("position"))
    order = list(FILLS)
    rows.sort(key=lambda row: order.index(Role(row.role)))
    return [
        {"path": path_of(shape_of(row.shape), paper), "fill": FILLS[Role(row.role)]} for row in rows
    ]


def site_drawing(site: SiteVersion | None, permit: BuildingPermit) -> dict[str, Any]:
    """Return the drawing of a permit's ground with its sides, and of the parts of a plan on it."""
    ground = shapely.multipolygons(shapely.get_parts(shape_of(permit.place)))
    return {
        "drawing": drawing(ground),
        "parts": _parts(site, ground) if site is not None else [],
    }


def _lines(site: SiteVersion) -> list[dict[str, Any]]:
    return [
        {
            "name": str(Text(**row["name"])),
            "beside": str(Text(**row["beside"])) if row.get("beside") else "",
            "permitted": row["permitted"],
            "provided": row["provided"], "unit": str(UNITS[row["unit"]]),
            "status": str(STATUSES[row["status"]]), "reason": site.reason_of(row),
        }
        for row in site.sheet
    ]  # fmt: skip


def _drawings(case: Case, stamped: Sequence[StampedDrawing]) -> list[dict[str, Any]]:
    names = {paper.code: str(paper.name) for paper in machine_of(case.kind).papers}
    return [
        {
            "name": names[row.document.kind], "sheet": row.document.sheet,
            "version": row.document.version, "code": shown(row.paper.code),
        }
        for row in stamped
    ]  # fmt: skip


def permit_pdf(
    permit: BuildingPermit, *, case: Case, stamped: Sequence[StampedDrawing], at: dt.datetime
) -> bytes:
    """Print the permit in Arabic; raises what the printer raises."""
    parties = {party.role: party for party in case.parties.all()}
    site = permit.site
    with translation.override("ar"):
        context = {
            "permit": permit, "site": site, "case_number": case.number,
            "work": str(WORKS[Work(permit.work)]),
            "rank": str(RANKS[BuildingPermit.Rank(permit.rank)]),
            "owner": parties["owner"].name, "office": parties["office"].name,
            "last_day": last_day(permit), **site_drawing(site, permit),
            "lines": _lines(site) if site is not None else [],
            "drawings": _drawings(case, stamped),
            "municipality": PROFILE.municipality_ar, "is_demo": is_demo(), "lang": "ar",
            "dir": "rtl", "at": at.astimezone(PROFILE.time_zone), "fonts": fonts(),
        }  # fmt: skip
        return pdf_of(render_to_string("building_permits/permit.html", context))
