"""Asking: for a permit, and about one that is held (renewal, another vehicle, lost, early end)."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.db import connection
from shapely.geometry import Point

from municipality.actor import SYSTEM, Actor
from municipality.cases.actions import NewCase, NewParty, Where, move, open_case
from municipality.cases.machine import APPLICANT
from municipality.cases.models import Case
from municipality.cases.new_parties import parties_for
from municipality.cases.rights import Side, side_of
from municipality.city_time import city_day
from municipality.history.actions import record
from municipality.people.access import not_found
from municipality.people.models import User
from municipality.problems import bad_value
from municipality.reach import acting
from municipality.stored import geos_of
from municipality.words import Text
from parking_zones.parking_permits import checks
from parking_zones.parking_permits.bays import MADE_FOR_PERMIT, bay_to_ask_for
from parking_zones.parking_permits.life import vehicle_at
from parking_zones.parking_permits.models import (
    Holder,
    ParkingPermit,
    PermitKind,
    PermitRequest,
    PermitVehicle,
)
from parking_zones.parking_permits.terms import (
    RENEW_FROM_DAYS,
    START_WITHIN_DAYS,
    midnight,
    months_after,
    months_allowed,
)
from parking_zones.parking_permits.words import KINDS
from parking_zones.parking_permits.zoning import find_zone
from parking_zones.zones.bays import zone_id_of_bay
from parking_zones.zones.models import Bay, Zone
from parking_zones.zones.queries import Share
from plots.register.queries import PlotOnDay

KIND = "parking_permit"
LOCK_CLASS = 0x70726D74  # "prmt": the first key of the locks on request keys
LONGEST_KEY = 40
Act, Channel = PermitRequest.Act, PermitRequest.Channel
HAND_IN = ("submit", "submit_zoning", "submit_unchecked", "end")

CHOOSE_KIND = Text("اختر نوع التصريح.", "Choose the kind of permit.")
CHOOSE_MONTHS = Text("اختر عدد الأشهر: {months}.", "Choose the number of months: {months}.")
CHOOSE_PLOT = Text(
    "اختر القطعة على الخريطة أو اكتب رقمها.", "Choose the plot on the map, or write its number."
)
CHOOSE_ZONE = Text("اختر منطقة من المناطق المبينة.", "Choose one of the zones that are shown.")
CHOOSE_BAY = Text(
    "اختر موقفًا من القائمة أو الخريطة، أو ضع دبوسًا على مكانه.",
    "Choose a bay in the list or on the map, or put a pin on its place.",
)
WRITE_PLATE = Text("اكتب لوحة المركبة.", "Write the plate of the vehicle.")
WRITE_WHY = Text("اكتب الغرض من التصريح.", "Write what the permit is for.")
COMPANY_ONLY = Text(
    "المواقف المحجوزة للشركات: اكتب اسمها ورقم سجلها.",
    "Reserved bays are for companies: write its name and register number.",
)
WRITE_COMPANY = Text(
    "اكتب اسم الشركة ورقم سجلها التجاري.", "Write the company's name and its register number."
)
START_DAY = Text("اختر يومًا من اليوم وحتى {last}.", "Choose a day from today up to {last}.")
YOURS_ALREADY = Text(
    "لك تصريح من النوع نفسه لهذه المركبة: {number}.",
    "You hold such a permit for this vehicle: {number}.",
)
SAME_PLATE = Text("هذه مركبة التصريح الآن.", "This is the permit's vehicle now.")
TOO_EARLY = Text("يُجدد التصريح من {first}.", "The permit can be renewed from {first}.")


@dataclass(frozen=True, slots=True)
class Company:
    """A company that asks for a permit: its name and its number in the commercial register."""

    name: str
    number: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A first permit as it is asked for; ``plate_key`` is empty for a bay without a vehicle.

    ``bay_place`` (METRIC) is a place on the map where no bay is registered.  ``key`` is the
    asker's own: sent again with it, the case that it opened is returned.
    """

    kind: str
    months: int
    plate_key: str = ""
    zone_id: int | None = None
    bay_id: int | None = None
    bay_place: Point | None = None
    plot: PlotOnDay | None = None
    unit: str = ""
    company: Company | None = None
    civil_number: str = ""
    purpose: str = ""
    starts_on: dt.date | None = None
    channel: str = Channel.WEB
    key: str = ""


def _repeated(request_key: str) -> Case | None:
    """Return the case that this key opened before; who comes at the same moment waits here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK_CLASS, request_key])
    before = PermitRequest.objects.select_related("case").filter(request_key=request_key)
    return next((one.case for one in before), None)


def _checked(wanted: Wanted, *, on: dt.date) -> None:
    """Raise Problem 422 for what nobody can ask for, whatever its zone."""
    if wanted.kind not in PermitKind.values:
        raise bad_value("kind", CHOOSE_KIND)
    allowed = months_allowed(kind=wanted.kind, on=on)
    if wanted.months not in allowed:
        told = ", ".join(map(str, allowed))
        raise bad_value("months", CHOOSE_MONTHS.with_values(months=told))
    last = on + dt.timedelta(days=START_WITHIN_DAYS)
    if wanted.starts_on is not None and not on <= wanted.starts_on <= last:
        raise bad_value("starts_on", START_DAY.with_values(last=last.strftime("%d/%m/%Y")))
    if not wanted.plate_key and wanted.kind != PermitKind.RESERVED_BAY:
        raise bad_value("plate", WRITE_PLATE)
    if wanted.kind == PermitKind.SPECIAL and not wanted.purpose.strip():
        raise bad_value("purpose", WRITE_WHY)
    if wanted.kind == PermitKind.RESERVED_BAY and wanted.company is None:
        raise bad_value("company", COMPANY_ONLY)
    company = wanted.company
    if company is not None and not (company.name.strip() and company.number.strip()):
        raise bad_value("company", WRITE_COMPANY)


def _zone_of_plot(wanted: Wanted, *, at: dt.datetime) -> dict[str, Any]:
    """Find the zone of a permit of a plot; raises Problem 422 where there is none or another."""
    if wanted.plot is None:
        raise bad_value("plot", CHOOSE_PLOT)
    finding = find_zone(plot=wanted.plot, at=at)
    ids = [zone.zone_id for zone in finding.zones]
    found = {"zone_answer": finding.share.value, "zones_found": ids}
    if wanted.kind == PermitKind.ALL_ZONES:
        return found
    if finding.share is Share.OUTSIDE:
        raise bad_value("plot", finding.sentence)
    chosen = wanted.zone_id if wanted.zone_id is not None or len(ids) > 1 else ids[0]
    if chosen not in ids:
        raise bad_value("zone", CHOOSE_ZONE)
    return found | {"zone_id": chosen}


def _place_of(wanted: Wanted, *, at: dt.datetime) -> dict[str, Any]:
    """Return zone, bay and what was found of them; raises Problem 422."""
    if wanted.kind in (PermitKind.ONE_ZONE, PermitKind.ALL_ZONES):
        return _zone_of_plot(wanted, at=at)
    if wanted.kind == PermitKind.SPECIAL:
        zone = Zone.objects.filter(pk=wanted.zone_id or 0).first()  # unique
        if zone is None:
            raise bad_value("zone", CHOOSE_ZONE)
        return {"zone_id": zone.pk}
    if wanted.bay_id is not None:
        first = max(wanted.starts_on or city_day(at), city_day(at))
        bay = bay_to_ask_for(
            bay_id=wanted.bay_id, zone_id=wanted.zone_id, starts_on=first,
            ends_on=months_after(first, wanted.months),
        )  # fmt: skip
        return {"bay_id": bay.pk, "zone_id": zone_id_of_bay(bay, on=first)}
    if wanted.bay_place is None:
        raise bad_value("bay", CHOOSE_BAY)
    pin = geos_of(wanted.bay_place)
    zone = _zone_at(pin, on=city_day(at))
    return {"bay_place": pin, "zone_id": zone.pk if zone is not None else None}


def _yours_already(wanted: Wanted, place: dict[str, Any], person: User, *, on: dt.date) -> None:
    """Refuse a second permit of one's own; whether a stranger's plate has one is told to nobody."""
    starts_on = max(wanted.starts_on or on, on)
    own = PermitVehicle.objects.filter(
        plate_key=wanted.plate_key, kind=wanted.kind, zone_id=place.get("zone_id"),
        bay_id=place.get("bay_id"), permit__person_id=person.pk,
        valid__overlap=(midnight(starts_on), midnight(months_after(starts_on, wanted.months))),
    )  # fmt: skip
    row = own.select_related("permit").order_by("pk").first()
    if row is not None:
        raise bad_value("plate", YOURS_ALREADY.with_values(number=row.permit.number))


def _where(wanted: Wanted, place: dict[str, Any]) -> Where:
    """Return the place of the case: the plot, else the bay."""
    if wanted.plot is not None:
        facts = wanted.plot.facts
        return Where(
            place=geos_of(wanted.plot.shape), plot_id=wanted.plot.plot_id,
            plot_version=facts.version, plot_number=facts.number, wilayat_id=facts.wilayat_id,
            area_id=facts.area_id,
        )  # fmt: skip
    shape: GEOSGeometry | None = place.get("bay_place")
    if shape is None and place.get("bay_id") is not None:
        shape = Bay.objects.get(pk=place["bay_id"]).shape
    return Where(place=shape)


@acting
def ask_for_permit(*, wanted: Wanted, person: User, by: Actor, at: dt.datetime) -> Case:
    """Open the case of a first permit as a draft, once for one key; ``hand_in`` submits it.

    ``by`` is that person, their delegate, or who serves them.  Raises Problem 422.
    """
    on = city_day(at)
    request_key = None
    if wanted.key:
        request_key = f"{by.person_id}/{person.pk}/{wanted.key[:LONGEST_KEY]}"
        if (before := _repeated(request_key)) is not None:
            return before
    _checked(wanted, on=on)
    place = _place_of(wanted, at=at)
    if wanted.plate_key:
        _yours_already(wanted, place, person, on=on)
    company = wanted.company
    case = open_case(
        new=NewCase(
            kind=KIND, parties=parties_for(person, KIND, by=by, at=at),
            where=_where(wanted, place), title=KINDS[PermitKind(wanted.kind)].ar,
        ),
        by=by, at=at, year=on.year,
    )  # fmt: skip
    PermitRequest.objects.create(
        case=case, act=Act.ISSUE, kind=wanted.kind, months=wanted.months,
        plate_key=wanted.plate_key, starts_on=wanted.starts_on,
        plot_id=wanted.plot.plot_id if wanted.plot is not None else None,
        unit=wanted.unit[:40], purpose=wanted.purpose.strip()[:300],
        holder=Holder.PERSON if company is None else Holder.COMPANY,
        holder_name=(person.full_name if company is None else company.name.strip())[:150],
        commercial_number="" if company is None else company.number.strip()[:20],
        civil_number=(wanted.civil_number or person.civil_number)[:20],
        channel=wanted.channel, request_key=request_key, **place,
    )  # fmt: skip
    return case


@dataclass(frozen=True, slots=True)
class About:
    """What is asked about a permit: months of a renewal, the plate of another vehicle, a reason."""

    act: str
    months: int | None = None
    plate_key: str = ""
    reason: str = ""
    channel: str = Channel.WEB


def _open_about(permit: ParkingPermit, act: str) -> Case | None:
    """Return the case about a permit that is still open, of an act that is asked for once."""
    asked = PermitRequest.objects.filter(permit=permit, act=act, case__closed_at=None)
    found = asked.select_related("case").order_by("pk").first()
    return None if found is None else found.case


def _check_about(permit: ParkingPermit, about: About, *, at: dt.datetime) -> int:
    """Return the months of what is asked about a permit; raises Problem 422."""
    on = city_day(at)
    if permit.ends_on <= on:
        raise bad_value("permit", checks.OVER.with_values(number=permit.number))
    if about.act == Act.VEHICLE:
        now = vehicle_at(permit, at)
        if not about.plate_key:
            raise bad_value("plate", WRITE_PLATE)
        if now is not None and now.plate_key == about.plate_key:
            raise bad_value("plate", SAME_PLATE)
    if about.act != Act.RENEW:
        return permit.months
    first = permit.ends_on - dt.timedelta(days=RENEW_FROM_DAYS)
    if on < first:
        raise bad_value("permit", TOO_EARLY.with_values(first=first.strftime("%d/%m/%Y")))
    if ParkingPermit.objects.filter(renews=permit).exists():
        raise bad_value("permit", checks.RENEWED.with_values(number=permit.number))
    allowed = months_allowed(kind=permit.kind, on=on)
    months = about.months or (permit.months if permit.months in allowed else allowed[0])
    if months not in allowed:
        told = ", ".join(map(str, allowed))
        raise bad_value("months", CHOOSE_MONTHS.with_values(months=told))
    return months


def _parties(permit: ParkingPermit, by: Actor, *, at: dt.datetime) -> tuple[NewParty, ...]:
    """Return who is on a case about a permit: its holder, by account or by telephone alone."""
    holder = User.objects.filter(pk=permit.person_id or 0).first()  # unique
    if holder is not None:
        return parties_for(holder, KIND, by=by, at=at)
    return (
        NewParty(
            role=APPLICANT, name=permit.holder_name, phone=permit.phone, language=permit.language
        ),
    )


@acting
def ask_about(*, permit_id: int, about: About, by: Actor, at: dt.datetime) -> Case:
    """Open the case of a renewal, another vehicle, a lost paper or an early end, and hand it in.

    A case of the same act that is still open is returned instead: asked twice is asked once.  A
    change of vehicle stays a draft until its paper is attached.  Raises Problem 404 for who is
    not the holder (``by`` of the platform answers a text message of the holder's phone), 422,
    and CannotMove.
    """
    permit = ParkingPermit.objects.select_for_update().get(pk=permit_id)
    if by.role != SYSTEM.role and permit.person_id not in {by.person_id, by.for_person_id} - {None}:
        raise not_found()
    if (before := _open_about(permit, about.act)) is not None:
        return before
    months = _check_about(permit, about, at=at)
    vehicle = vehicle_at(permit, at)
    before_plate = vehicle.plate_key if vehicle is not None else ""
    case = open_case(
        new=NewCase(
            kind=KIND, parties=_parties(permit, by, at=at),
            where=Where(plot_id=permit.plot_id, plot_number=permit.plot_number),
            title=f"{KINDS[PermitKind(permit.kind)].ar} {permit.number}",
        ),
        by=by, at=at, year=city_day(at).year,
    )  # fmt: skip
    PermitRequest.objects.create(
        case=case, act=about.act, permit=permit, kind=permit.kind, zone_id=permit.zone_id,
        bay_id=permit.bay_id, plot_id=permit.plot_id, unit=permit.unit, holder=permit.holder,
        holder_name=permit.holder_name, civil_number=permit.civil_number,
        commercial_number=permit.commercial_number, months=months,
        plate_key=about.plate_key if about.act == Act.VEHICLE else before_plate,
        starts_on=permit.ends_on if about.act == Act.RENEW else None, channel=about.channel,
    )  # fmt: skip
    if about.act == Act.VEHICLE:
        return case
    return hand_in(case_id=case.pk, by=by, at=at, text=about.reason)


@acting
def hand_in(*, case_id: int, by: Actor, at: dt.datetime, text: str = "") -> Case:
    """Submit a draft by the one edge that is its own; raises CannotMove, with what is missing."""
    case = Case.objects.get(pk=case_id)
    open_ways = {
        "submit": checks.asks_registrar, "submit_zoning": checks.asks_zone_manager,
        "submit_unchecked": checks.is_not_checked, "end": checks.is_an_end,
    }  # fmt: skip
    edge = next(name for name in HAND_IN if open_ways[name](case, at=at))
    return move(case_id=case_id, edge=edge, by=by, at=at, text=text)


@acting
def decide_place(
    *, case_id: int, zone_id: int | None, bay_id: int | None, by: Actor, at: dt.datetime
) -> PermitRequest:
    """Let the officer who checks a request set its zone or its bay; raises Problem 404, 422."""
    case = Case.objects.select_for_update().get(pk=case_id)
    request = checks.request_of(case)
    is_theirs = case.worker == by.role and side_of(case, by, at=at) is Side.MUNICIPALITY
    if request.act != Act.ISSUE or not is_theirs:
        raise not_found()
    if request.kind == PermitKind.RESERVED_BAY:
        _set_bay(request, bay_id, on=city_day(at))
    elif not Zone.objects.filter(pk=zone_id or 0).exists():
        raise bad_value("zone", CHOOSE_ZONE)
    else:
        request.zone_id = zone_id
    request.save(update_fields=["zone", "bay"])
    facts = {"zone": request.zone_id, "bay": request.bay_id}
    record(stream=case.stream, act="permit.place", by=by, at=at, facts=facts)
    return request


def _set_bay(request: PermitRequest, bay_id: int | None, *, on: dt.date) -> None:
    """Set a registered bay, or register one where the applicant put the pin."""
    bay = Bay.objects.filter(pk=bay_id or 0).first()  # unique
    if bay is None and request.bay_place is not None:
        bay = Bay.objects.create(
            register_key=f"asked-{request.case_id}", kind=Bay.Kind.RESERVED,
            shape=request.bay_place,
            source=MADE_FOR_PERMIT,
        )  # fmt: skip
    if bay is None:
        raise bad_value("bay", CHOOSE_BAY)
    first, _ = checks.span_of(request, on=on)
    request.bay, request.zone_id = bay, zone_id_of_bay(bay, on=first)


def _zone_at(place: GEOSGeometry, *, on: dt.date) -> Zone | None:
    """Return the zone that covers a place on a day; the first by its number on a border."""
    holding = Zone.objects.filter(versions__boundary__covers=place, versions__valid__contains=on)
    return holding.order_by("number").first()
