"""The fee of a permit, by the dated schedule, on the area that the geometry gives.

Source of the shape of the schedule: the only per-square-metre tariff of Oman that was found
(application, permit, an amount a square metre above a free area); its amounts are rows of the
tariff table, with the decision that sets each.  What was paid before in the same case is taken
off: a larger building after a return is billed by its difference.
"""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from municipality.actor import Actor
from municipality.billing.bills.actions import issue
from municipality.billing.bills.facts import Line, Payer, tariff_line
from municipality.billing.tariffs.models import TariffKind
from municipality.billing.tariffs.queries import price_on
from municipality.cases.models import Case, Party
from municipality.city_time import city_day
from municipality.words import Text
from plots.building_permits.models import BuildingPermit, PermitApplication, Work
from plots.building_permits.queries import application_of, latest_site
from plots.case_fees import CaseFee, claim_of

PURPOSE = "building_permit_fee"
FEE = CaseFee(PURPOSE)
CENTI = Decimal("0.01")
APPLICATION = Text("رسم الطلب", "Application fee")
PERMIT = Text("رسم الإباحة", "Permit fee")
AREA = Text(
    "مساحة البناء فوق {free} م² (المجموع {all} م²)",
    "Built-up area above {free} m² (of {all} m²)",
)
CHANGED_AREA = Text(
    "المساحة الزائدة على المعتمدة (من {before} إلى {all} م²)",
    "Area beyond what was approved (from {before} to {all} m²)",
)
BEFORE = Text("مدفوع سابقًا في هذه المعاملة", "Paid before in this case")
MONTHS_LATE = Text("تأخر التجديد بالأشهر", "Months of late renewal")
ONE_PRICE = {
    Work.DEMOLITION: (TariffKind.PERMIT_DEMOLITION, Text("رسم إباحة هدم", "Demolition permit")),
    Work.EXCAVATION: (TariffKind.PERMIT_EXCAVATION, Text("رسم تصريح حفر", "Excavation permit")),
    Work.RENEWAL: (TariffKind.PERMIT_RENEWAL, Text("رسم التجديد", "Renewal fee")),
    Work.OWNER_CHANGE: (
        TariffKind.PERMIT_OWNER_CHANGE, Text("رسم تغيير اسم المالك", "Change of the owner's name"),
    ),
}  # fmt: skip


def _m2(value: float | None) -> Decimal:
    return Decimal(repr(value or 0.0)).quantize(CENTI, rounding=ROUND_HALF_UP)


def _priced(kind: TariffKind, text: Text, quantity: Decimal, day: dt.date) -> Line:
    return tariff_line(
        tariff=price_on(kind=kind, zone_code="", day=day), text=text, quantity=quantity
    )


def _area_line(all_m2: Decimal, before_m2: Decimal, day: dt.date) -> Line | None:
    """The line of the area that is not free and was not approved before; none where there is none.

    Raises NoTariff.
    """
    tariff = price_on(kind=TariffKind.PERMIT_AREA, zone_code="", day=day)
    free = Decimal(tariff.above_m2 or 0)
    asked = max(all_m2, free) - max(before_m2, free)
    if asked <= 0:
        return None
    text = CHANGED_AREA if before_m2 else AREA
    words = text.with_values(free=free, all=all_m2, before=before_m2)
    return tariff_line(tariff=tariff, text=words, quantity=asked)


def months_late(permit: BuildingPermit, *, on: dt.date) -> int:
    """Count the months begun since the last day of a permit; 0 on that day and before."""
    last: dt.date = permit.valid.upper - dt.timedelta(days=1)
    if on <= last:
        return 0
    months = (on.year - last.year) * 12 + on.month - last.month
    return months + 1 if on.day > last.day else months


def lines_of(application: PermitApplication, *, day: dt.date) -> list[Line]:
    """Return the lines of the whole fee of an application by the prices of a day.

    Raises NoTariff where the schedule has a gap.
    """
    work = Work(application.work)
    if work == Work.CONSULTANT_CHANGE:
        return []  # free of charge (muscat.md 1.4)
    one = Decimal(1)
    if work in ONE_PRICE:
        kind, text = ONE_PRICE[work]
        lines = [_priced(kind, text, one, day)]
        late = months_late(application.permit, on=day) if application.permit else 0
        if work == Work.RENEWAL and late:
            lines.append(_priced(TariffKind.PERMIT_LATE_RENEWAL, MONTHS_LATE, Decimal(late), day))
        return lines
    site, permit = latest_site(application), application.permit
    before = permit.site.floor_area_m2 if permit is not None and permit.site else None
    lines = [_priced(TariffKind.PERMIT_APPLICATION, APPLICATION, one, day)]
    lines.append(_priced(TariffKind.PERMIT_BASE, PERMIT, one, day))
    area = _area_line(_m2(site.floor_area_m2 if site else None), _m2(before), day)
    return lines if area is None else [*lines, area]


def _owed(case: Case, *, day: dt.date) -> list[Line]:
    """Return the lines of what is still owed; none where all of it has been paid."""
    lines = lines_of(application_of(case), day=day)
    paid = FEE.paid_baisa(case)
    if paid >= sum(line.amount_baisa for line in lines):
        return []
    if paid:
        source = lines[0].source
        lines.append(Line(BEFORE, Decimal(1), -paid, -paid, source))
    return lines


def is_owed(case: Case, *, at: dt.datetime) -> bool:
    """Tell whether something is still to be paid for a case on the day of a moment."""
    return bool(_owed(case, day=city_day(at)))


def payer_of(case: Case) -> Party:
    """Return who pays: the owner where one is on the case, else the office."""
    parties = {party.role: party for party in case.parties.all()}
    return parties.get("owner") or parties["office"]


def issue_fee(*, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
    """Bill what is owed by the prices of the day; raises NoTariff, and nothing moves then."""
    owner = payer_of(case)
    issue(
        claim=claim_of(case, PURPOSE),
        payer=Payer(name=owner.name, phone=owner.phone, person_id=owner.person_id),
        lines=_owed(case, day=city_day(at)),
        by=by,
        at=at,
    )
