"""A town for permits: a plot in zone 7, its officers, a citizen, prices, and the steps they take."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from municipality.billing.models import Bill
from municipality.cases.actions import move
from municipality.cases.conversation import Sheet, attach_sheet
from municipality.cases.models import Case
from municipality.people.models import User
from parking_zones.models import ParkingPermit, Zone
from parking_zones.parking_permits.checks import papers_missing, papers_needed, request_of
from parking_zones.parking_permits.jobs import issue_permit
from parking_zones.parking_permits.requests import (
    About,
    Company,
    Wanted,
    ask_about,
    ask_for_permit,
    hand_in,
)
from plots.case_fees import PAID
from plots.models import Plot
from plots.register.queries import plot_on
from tests import builders as b
from tests.billing.builders import a_shift, asked
from tests.building_permits.office import a_file, pdf
from tests.cases.builders import MORNING, acting
from tests.parking_permits.builders import the_prices

PLATE, OTHER_PLATE = "OM-1111-B", "OM-2222-D"
COMPANY = Company("شركة الواحة", "1234567")


@dataclass
class PermitTown:
    """What stands in it and who lives there."""

    plot: Plot
    zone: Zone
    citizen: User
    officers: dict[str, User] = field(default_factory=dict)

    def as_citizen(self) -> Any:
        """The citizen as who acts."""
        return acting(self.citizen, "citizen")

    def as_officer(self, role: str) -> Any:
        """An officer as who acts."""
        return acting(self.officers[role], role)

    def plot_today(self, at: dt.datetime = MORNING) -> Any:
        """The plot as it is asked for."""
        return plot_on(plot_id=self.plot.pk, on=at.date())


def a_permit_town() -> PermitTown:
    """The plot lies wholly in zone 7; zone 8 is beside it."""
    wilayat = b.a_wilayat()
    area = b.an_area(wilayat)
    b.a_directorate(wilayat)
    b.the_weekends()
    b.the_office_hours()
    b.the_paid_hours()
    b.a_tariff()
    the_prices()
    zone = b.a_zone("7", b.square(-50, -50, 200))
    b.a_zone("8", b.square(150, -50, 200), name_ar="روي", name_en="Ruwi")
    plot = b.a_plot(area=area, wilayat=wilayat)
    citizen = b.a_person("citizen")
    citizen.phone, citizen.first_name = "+96892123456", "سالم"
    citizen.save()
    officers = {role: b.a_person(role) for role in ("registrar", "zone_manager", "supervisor")}
    return PermitTown(plot, zone, citizen, officers)


def wanted(town: PermitTown, **values: Any) -> Wanted:
    """A permit for zone 7, three months, for the citizen's vehicle, unless told otherwise."""
    at = values.pop("at", MORNING)
    facts = {"kind": "one_zone", "months": 3, "plate_key": PLATE, "plot": town.plot_today(at)}
    return Wanted(**{**facts, **values})


def a_draft(town: PermitTown, *, at: dt.datetime = MORNING, **values: Any) -> Case:
    """A request as a draft."""
    return ask_for_permit(
        wanted=wanted(town, at=at, **values), person=town.citizen, by=town.as_citizen(), at=at
    )


def attached(town: PermitTown, case: Case, *, at: dt.datetime = MORNING) -> Case:
    """All papers that a request needs, handed in by the citizen."""
    for code in papers_needed(request_of(case)):
        attach_sheet(
            case_id=case.pk, paper=Sheet(code), file=a_file(pdf(code), at=at),
            by=town.as_citizen(), at=at,
        )  # fmt: skip
    assert not papers_missing(case, request_of(case))
    return case


def submitted(town: PermitTown, *, at: dt.datetime = MORNING, **values: Any) -> Case:
    """A request with its papers, handed in."""
    case = attached(town, a_draft(town, at=at, **values), at=at)
    return hand_in(case_id=case.pk, by=town.as_citizen(), at=at)


def accepted(town: PermitTown, *, at: dt.datetime = MORNING, **values: Any) -> Case:
    """A request whose fee is due."""
    case = submitted(town, at=at, **values)
    role, edge = {
        "registration": ("registrar", "accept_registration"),
        "zoning": ("zone_manager", "accept_zoning"),
    }[case.state]
    return move(case_id=case.pk, edge=edge, by=town.as_officer(role), at=at)


def paid(case: Case, *, at: dt.datetime = MORNING) -> Case:
    """A request whose bill was paid in cash."""
    from municipality.billing.models import Shift
    from municipality.billing.payments import charging
    from tests.billing.builders import a_cashier

    if not Shift.objects.exists():
        a_shift()
    bill = Bill.objects.get(subject=case.stream, state=Bill.State.DUE)
    charging.take_cash(asked=asked(bill), tendered_baisa=900_000, by=a_cashier(), at=at)
    case.refresh_from_db()
    return case


def settled_bare(case: Case, *, at: dt.datetime = MORNING) -> Case:
    """A request as a settled bill lets it go on."""
    return move(case_id=case.pk, edge="settle_fee", by=PAID, at=at)


def granted(town: PermitTown, *, at: dt.datetime = MORNING, **values: Any) -> ParkingPermit:
    """A permit that was asked for, checked and paid for."""
    case = paid(accepted(town, at=at, **values), at=at)
    assert case.state == "issuing"
    return ParkingPermit.objects.get(case=case)


def printed(permit: ParkingPermit) -> ParkingPermit:
    """The permit after the worker printed its paper."""
    issue_permit.call(permit.case_id)
    permit.refresh_from_db()
    return permit


def asked_about(
    town: PermitTown, permit: ParkingPermit, act: str, *, at: dt.datetime = MORNING, **values: Any
) -> Case:
    """A request about a permit of the citizen's."""
    about = About(act, **values)
    return ask_about(permit_id=permit.pk, about=about, by=town.as_citizen(), at=at)
