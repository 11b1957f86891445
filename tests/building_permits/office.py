"""An office, its town and its officers, for the tests of a building permit's case."""

import datetime as dt
import io
from dataclasses import dataclass
from typing import Any

import pikepdf
from django.utils import timezone

from municipality.actor import Actor
from municipality.billing.bills.models import Bill
from municipality.billing.models import Tariff
from municipality.cases.actions import move
from municipality.cases.conversation import Sheet, attach_sheet, current_documents
from municipality.cases.models import Case, Document
from municipality.documents import store
from municipality.documents.models import StoredFile
from municipality.people.models import Consultancy, Membership, User
from municipality.people.offices import ALL, SWITCH, CitySetting
from plots.building_permits.actions import Owner, Wanted, open_application
from plots.building_permits.approvals import approve, subjects
from plots.building_permits.drawings.geojson import parts_of
from plots.building_permits.models import SiteVersion, Work
from plots.building_permits.queries import application_of
from plots.building_permits.site_versions import Drawn, draw
from plots.building_permits.works import NEEDS
from plots.case_fees import PAID
from plots.models import Plot
from tests import builders as b
from tests.building_permits import builders as s
from tests.cases.builders import MORNING, acting

OFFICERS = ("registrar", "architect", "structural", "approver")
PRICES = {
    "permit_application": 100, "permit_base": 5_000, "permit_area": 20, "permit_demolition": 3_000,
    "permit_excavation": 3_000, "permit_renewal": 5_000, "permit_late_renewal": 1_000,
    "permit_owner_change": 2_000,
}  # fmt: skip


@dataclass
class PermitTown:
    """A plot at a street, an office with a member, the officers of a permit."""

    plot: Plot
    office: Consultancy
    member: User
    officers: dict[str, User]

    def as_office(self) -> Actor:
        """The member of the office as who acts."""
        return acting(self.member, "office")

    def officer(self, role: str) -> Actor:
        """An officer as who acts."""
        return acting(self.officers[role], role)


def the_prices() -> None:
    """The dated schedule of permits: 20 baisa a square metre above 400."""
    for kind, amount in PRICES.items():
        Tariff.objects.create(
            kind=kind, zone_code="", valid=b.ALWAYS, amount_baisa=amount, source="تجربة / trial",
            above_m2=200 if kind == "permit_area" else None,
        )  # fmt: skip


def an_office(name: str = "office") -> tuple[Consultancy, User]:
    """An active office of the pilot group with one member."""
    made = Consultancy.objects.create(
        name_ar=f"مكتب {name}", name_en=f"Office {name}", licence_number=f"ENG-{name}",
        licence_valid=b.ALWAYS, licence_class="first", is_pilot=True, phone="+96892000555",
    )  # fmt: skip
    member = b.a_person(name, "office")
    Membership.objects.create(consultancy=made, person=member, valid=b.ALWAYS)
    return made, member


def a_permit_town() -> PermitTown:
    """All of it, with office hours and prices."""
    wilayat = b.a_wilayat()
    area = b.an_area(wilayat)
    b.a_directorate(wilayat)
    b.the_weekends()
    b.the_office_hours()
    the_prices()
    CitySetting.objects.update_or_create(
        name=SWITCH, defaults={"value": ALL, "changed_at": timezone.now()}
    )
    plot = s.a_building_plot(area=area, wilayat=wilayat)
    s.a_street()
    office, member = an_office()
    return PermitTown(plot, office, member, {role: b.a_person(role) for role in OFFICERS})


def an_application(town: PermitTown, work: Work = Work.NEW, **values: Any) -> Case:
    """A draft of an application on the town's plot."""
    at = values.pop("at", MORNING)
    owner = values.pop("owner", Owner("سالم بن سعيد الحارثي", "+96892123456"))
    wanted = Wanted(work, values.pop("plots", (town.plot.pk,)), owner, **values)
    return open_application(office_id=town.office.pk, wanted=wanted, by=town.as_office(), at=at)


def pdf(text: str = "A-101", *, side: float = 595.0) -> bytes:
    """A small PDF that says something."""
    made = pikepdf.new()
    made.add_blank_page(page_size=(side, side * 1.414))
    made.docinfo["/Title"] = text
    out = io.BytesIO()
    made.save(out, deterministic_id=True)
    return out.getvalue()


def a_file(content: bytes, name: str = "drawing.pdf", *, at: dt.datetime = MORNING) -> StoredFile:
    """A stored file as the gate leaves it: kept by content, its clean copy the same."""
    sha256, size = store.keep([content])
    return StoredFile.objects.create(
        name=name, kind="pdf", sha256=sha256, size=size, clean_kind="pdf", clean_sha256=sha256,
        clean_size=size, pages=1, width=0, height=0, scan="off", at=at, retention="case_files",
    )  # fmt: skip


def attached(town: PermitTown, case: Case, kind: str, sheet: str = "", **values: Any) -> Document:
    """A paper handed in by the office."""
    at = values.pop("at", MORNING)
    content = values.pop("content", None) or pdf(f"{kind} {sheet}")
    return attach_sheet(
        case_id=case.pk, paper=Sheet(kind, sheet), file=a_file(content, at=at),
        by=town.as_office(), at=at,
    )  # fmt: skip


def drawn(town: PermitTown, case: Case, *features: dict, **values: Any) -> SiteVersion:
    """A site plan drawn into the case: the villa and its bays where none is given."""
    features = features or (s.a_villa(), *s.bays())
    return draw(
        case_id=case.pk, by=town.as_office(), at=values.pop("at", MORNING),
        drawn=Drawn(parts_of(s.site(*features)), SiteVersion.Origin.MAP, values.pop("reasons", {})),
    )  # fmt: skip


def completed(town: PermitTown, case: Case) -> Case:
    """The draft with all that it needs: its site plan and its papers."""
    needs = NEEDS[Work(application_of(case).work)]
    if needs.has_site:
        drawn(town, case)
    for kind in needs.papers:
        attached(town, case, kind)
    return case


def moved(town: PermitTown, case: Case, edge: str, role: str = "office", **values: Any) -> Case:
    """The case one step on, by the office or an officer."""
    by = town.as_office() if role == "office" else town.officer(role)
    return move(case_id=case.pk, edge=edge, by=by, at=values.pop("at", MORNING), **values)


def approved(town: PermitTown, case: Case, *, at: dt.datetime = MORNING) -> None:
    """Everything of the present stage approved by its auditor."""
    case.refresh_from_db()
    role = {"architecture": "architect", "structure": "structural"}[case.state]
    for subject in subjects(application_of(case), stage=case.state):
        approve(
            case_id=case.pk, key=subject.key, sha256=subject.sha256, by=town.officer(role), at=at
        )


def paid(case: Case, *, at: dt.datetime = MORNING) -> Case:
    """The bill of the case paid, as the settling does it."""
    Bill.objects.filter(subject=case.stream, state="due").update(state="paid")
    return move(case_id=case.pk, edge="settle_fee", by=PAID, at=at)


def until(town: PermitTown, case: Case, state: str) -> Case:
    """An undisturbed case, as far as a state."""
    steps = (
        ("registration", lambda: moved(town, completed(town, case), "submit")),
        ("architecture", lambda: moved(town, case, "accept", "registrar")),
        ("structure", lambda: _passed(town, case, "pass_architecture", "architect")),
        ("fee_due", lambda: _passed(town, case, "pass_structure", "structural")),
        ("approval", lambda: paid(case)),
        ("stamping", lambda: moved(town, case, "approve", "approver")),
    )
    for name, step in steps:
        step()
        case.refresh_from_db()
        assert case.state == name
        if name == state:
            return case
    raise AssertionError(state)


def _passed(town: PermitTown, case: Case, edge: str, role: str) -> Case:
    approved(town, case)
    return moved(town, case, edge, role)


def documents(case: Case) -> dict[str, Document]:
    """The latest version of each paper, by kind."""
    return {document.kind: document for document in current_documents(case)}
