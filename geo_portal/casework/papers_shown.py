"""What a case shows of papers: those that people attached, those that it issued."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

from municipality.cases.kinds import machine_of
from municipality.cases.models import Case
from municipality.documents.links import link_to
from municipality.documents.models import IssuedPaper
from municipality.words import Text
from plots.building_permits.models import StampedDrawing

LINK_MINUTES = 30
ISSUED = Text("الوثيقة الصادرة", "The issued paper")
KINDS = {
    "plot_extract": Text("مستخرج قطعة أرض معتمد", "Certified plot extract"),
    "building_permit": Text("إباحة البناء", "Building permit"),
    "parking_permit": Text("تصريح المواقف", "Parking permit"),
    "completion_certificate": Text("شهادة إتمام البناء", "Completion certificate"),
    "approved_drawing": Text("رسم معتمد مختوم", "Approved drawing, stamped"),
}


@dataclass(frozen=True, slots=True)
class Issued:
    """A paper that a case issued: what it is, and of a drawing its sheet."""

    row: IssuedPaper
    title: Text
    sheet: str = ""


def issued_papers(case: Case) -> list[Issued]:
    """Return the papers that were issued in a case by their names, those it was for first."""
    rows = list(IssuedPaper.objects.filter(about=case.stream).order_by("issued_at", "pk"))
    rows.sort(key=lambda row: row.kind == "approved_drawing")
    stamped = StampedDrawing.objects.filter(paper__in=rows).select_related("document")
    drawn = {one.paper_id: one.document for one in stamped}
    names = {paper.code: paper.name for paper in machine_of(case.kind).papers}
    found = []
    for row in rows:
        title, sheet = KINDS.get(row.kind, ISSUED), ""
        if row.pk in drawn:
            name, sheet = names[drawn[row.pk].kind], drawn[row.pk].sheet
            title = Text(f"{name.ar} معتمد ومختوم", f"{name.en}, approved and stamped")
        found.append(Issued(row, title, sheet))
    return found


def attached_papers(
    case: Case, person_id: int | None, *, copy: Literal["clean", "original"], at: dt.datetime
) -> list[dict[str, Any]]:
    """Return the attached papers with links of some minutes to a copy: "original" or "clean"."""
    names = {paper.code: paper.name for paper in machine_of(case.kind).papers}
    until = at + dt.timedelta(minutes=LINK_MINUTES)
    rows = case.documents.select_related("file").order_by("kind", "-version")
    return [
        {
            "paper": row,
            "name": names.get(row.kind, row.kind),
            "url": link_to(row.file, person_id, until, copy) if row.file.may_be_opened else "",
        }
        for row in rows
    ]
