"""What a permit costs, with its reasons: each month by the price in force on its first day.

Months that have one price are one line.  The lines are frozen in the bill; of a permit that ends
early, the whole months that were not used are given back by those same lines.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from municipality.billing.bills.facts import Line, tariff_line
from municipality.billing.bills.models import BillLine
from municipality.billing.tariffs.models import Tariff, TariffKind
from municipality.billing.tariffs.queries import NoTariff, price_on
from municipality.words import Text
from parking_zones.parking_permits.models import PermitKind, PermitRequest
from parking_zones.parking_permits.terms import YEAR, midnight, months_after
from parking_zones.zones.bays import zone_id_of_bay
from parking_zones.zones.book import zone_book
from parking_zones.zones.models import Bay, Zone
from parking_zones.zones.queries import charge_in

MONTHS, ONE_YEAR = "months", "year"  # rule of a line: what it is for, = and how many months
WHAT = {
    PermitKind.ONE_ZONE: Text("تصريح منطقة {zone}", "Permit for zone {zone}"),
    PermitKind.ALL_ZONES: Text("تصريح لكل المناطق", "Permit for all zones"),
    PermitKind.RESERVED_BAY: Text("موقف محجوز ({stalls})", "Reserved bay ({stalls})"),
    PermitKind.SPECIAL: Text("تصريح وقوف خاص، منطقة {zone}", "Special permit, zone {zone}"),
}
SPAN = Text(
    "{what}: عدد الأشهر {months}، {first} - {last}", "{what}: months {months}, {first} - {last}"
)
A_YEAR = Text("{what}: سنة، {first} - {last}", "{what}: one year, {first} - {last}")
VEHICLE = Text("تغيير مركبة التصريح {number}", "Change of the vehicle of permit {number}")
LOST = Text("بدل فاقد للتصريح {number}", "Another paper for permit {number}, lost")
FLAT = {
    PermitRequest.Act.VEHICLE: (TariffKind.PARKING_PERMIT_VEHICLE, VEHICLE),
    PermitRequest.Act.LOST: (TariffKind.PARKING_PERMIT_LOST, LOST),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is priced: a kind in a zone or on a bay, from a day of the city, for some months."""

    kind: str
    zone: Zone | None
    bay: Bay | None
    starts_on: dt.date
    months: int


def zone_price(number: str, day: dt.date) -> Tariff:
    """Return the zone's own price of a permit, else the city's; raises NoTariff."""
    kind = TariffKind.PARKING_PERMIT_ZONE
    try:
        return price_on(kind=kind, zone_code=number, day=day)
    except NoTariff:
        return price_on(kind=kind, zone_code="", day=day)


def is_paid_place(zone: Zone | None, *, on: dt.date) -> bool:
    """Tell whether parking costs something in a zone on a day; nothing does outside the zones."""
    book = zone_book()
    found = None if zone is None else book.numbered(zone.number, day=on)
    return found is not None and charge_in(book=book, zone=found, at=midnight(on)).price is not None


def _zone_on(wanted: Wanted, day: dt.date) -> Zone | None:
    """Return the zone on a day: that of a bay is where it lies then."""
    if wanted.bay is None:
        return wanted.zone
    return Zone.objects.filter(pk=zone_id_of_bay(wanted.bay, on=day) or 0).first()  # unique


def _price_on(wanted: Wanted, day: dt.date) -> Tariff:
    """Return the price of one month that begins on a day, of a year for a special permit."""
    if wanted.kind == PermitKind.ONE_ZONE:
        return zone_price("" if wanted.zone is None else wanted.zone.number, day)
    kind = {
        PermitKind.ALL_ZONES: TariffKind.PARKING_PERMIT_ALL,
        PermitKind.SPECIAL: TariffKind.PARKING_PERMIT_SPECIAL,
        PermitKind.RESERVED_BAY: TariffKind.PARKING_PERMIT_BAY
        if is_paid_place(_zone_on(wanted, day), on=day)
        else TariffKind.PARKING_PERMIT_BAY_FREE,
    }[PermitKind(wanted.kind)]
    return price_on(kind=kind, zone_code="", day=day)


def _day(day: dt.date) -> str:
    return day.strftime("%d/%m/%Y")


def _what(wanted: Wanted) -> Text:
    return WHAT[PermitKind(wanted.kind)].with_values(
        zone="-" if wanted.zone is None else wanted.zone.number,
        stalls=1 if wanted.bay is None else wanted.bay.stalls,
    )


def lines_of(wanted: Wanted) -> list[Line]:
    """Return the lines of a permit's price; raises NoTariff where the table of prices has a gap."""
    stalls = 1 if wanted.bay is None else wanted.bay.stalls
    step = YEAR if wanted.kind == PermitKind.SPECIAL else 1
    begins = [months_after(wanted.starts_on, at) for at in range(0, wanted.months, step)]
    priced = [(_price_on(wanted, day), at * step) for at, day in enumerate(begins)]
    found, what = [], _what(wanted)
    for _, same in groupby(priced, key=lambda row: row[0].pk):
        rows = list(same)
        tariff, first = rows[0]
        months = len(rows) * step
        after = months_after(wanted.starts_on, first + months)
        words, last = A_YEAR if step == YEAR else SPAN, after - dt.timedelta(days=1)
        said = {
            "months": months, "first": _day(months_after(wanted.starts_on, first)),
            "last": _day(last),
        }  # fmt: skip
        text = Text(words.ar.format(what=what.ar, **said), words.en.format(what=what.en, **said))
        found.append(
            tariff_line(
                tariff=tariff, text=text, quantity=Decimal(len(rows) * stalls),
                rule=f"{ONE_YEAR if step == YEAR else MONTHS}={months}",
            )
        )  # fmt: skip
    return found


def flat_lines(act: str, number: str, *, on: dt.date) -> list[Line]:
    """Return the one line of a change of vehicle or of a lost paper; raises NoTariff."""
    kind, text = FLAT[PermitRequest.Act(act)]
    tariff = price_on(kind=kind, zone_code="", day=on)
    return [tariff_line(tariff=tariff, text=text.with_values(number=number), quantity=Decimal(1))]


def lines_asked(request: PermitRequest, *, on: dt.date) -> list[Line]:
    """Return what a request costs if it is granted on a day; raises NoTariff."""
    if request.act in FLAT:
        number = request.permit.number if request.permit is not None else ""
        return flat_lines(request.act, number, on=on)
    starts_on = request.starts_on or on
    if request.act == PermitRequest.Act.ISSUE:
        starts_on = max(starts_on, on)
    return lines_of(Wanted(request.kind, request.zone, request.bay, starts_on, request.months))


def unused_baisa(lines: Sequence[BillLine], unused: int) -> int:
    """Return what the last ``unused`` months of a bill's lines cost; of a year only the whole."""
    owed = 0
    for line in sorted(lines, key=lambda one: -one.position):
        step, _, count = line.rule.partition("=")
        if step not in (MONTHS, ONE_YEAR):
            continue
        months = int(count)
        taken = min(months, unused) if step == MONTHS or unused >= months else 0
        owed += line.amount_baisa * taken // months
        unused -= min(months, unused)
    return owed
