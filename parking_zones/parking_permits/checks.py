"""What must hold before a request goes on: its papers, its zone or bay, and nobody in the way."""

import datetime as dt

from municipality.billing.tariffs.queries import NoTariff
from municipality.cases.conversation import current_documents
from municipality.cases.kinds import machine_of
from municipality.cases.models import Case
from municipality.city_time import city_day
from municipality.words import Text
from parking_zones.parking_permits.bays import refused_bay
from parking_zones.parking_permits.models import (
    Holder,
    ParkingPermit,
    PermitKind,
    PermitRequest,
    PermitVehicle,
)
from parking_zones.parking_permits.pricing import lines_asked
from parking_zones.parking_permits.terms import midnight, months_after
from parking_zones.zones.book import zone_book

Act = PermitRequest.Act
PAPERS_MISSING = Text("أرفق أولًا: {papers}.", "Attach first: {papers}.")
NO_ZONE = Text("اختر المنطقة أولًا.", "Choose the zone first.")
NO_BAY = Text("عيّن الموقف على الخريطة أولًا.", "Set the bay on the map first.")
ZONE_GONE = Text(
    "لم تعد المنطقة {number} قائمة يوم يبدأ التصريح.",
    "Zone {number} no longer holds on the day the permit begins.",
)
BAY_TAKEN = Text(
    "الموقف محجوز لتصريح آخر حتى {last}.", "The bay is held by another permit until {last}."
)
BAY_ASKED = Text(
    "الموقف نفسه في المعاملة {number} بانتظار الدفع.",
    "The same bay is in {number}, whose fee is due.",
)
PLATE_HAS_ONE = Text(
    "لهذه المركبة تصريح من النوع نفسه في هذه الأيام: {number}.",
    "This vehicle has such a permit on some of these days: {number}.",
)
NO_PRICE = Text(
    "لا تعرفة سارية لهذا التصريح في هذه الأيام. اتصل على 1111.",
    "No price is in force for this permit on these days. Call 1111.",
)
OVER = Text(
    "انتهى التصريح {number}، فلا يُجدد ولا يُغيّر. قدّم طلب تصريح جديد.",
    "Permit {number} is over: it is neither renewed nor changed. Apply for a new one.",
)
RENEWED = Text("التصريح {number} مجدد من قبل.", "Permit {number} has been renewed already.")

PERSONS = ("id_card", "vehicle_ownership")
COMPANIES = ("commercial_register", "vehicle_ownership")
BAYS = ("bay_letter", "commercial_register", "title_deed", "krooki", "id_card")


def request_of(case: Case) -> PermitRequest:
    """Return what a case asks for."""
    asked = PermitRequest.objects.select_related("permit", "zone", "bay", "plot")
    return asked.get(case_id=case.pk)


def papers_needed(request: PermitRequest) -> tuple[str, ...]:
    """Return the papers a request needs: those of the municipality's own page (see the package)."""
    if request.act == Act.VEHICLE:
        return ("vehicle_ownership",)
    if request.act != Act.ISSUE:
        return ()
    if request.kind == PermitKind.RESERVED_BAY:
        return BAYS
    return COMPANIES if request.holder == Holder.COMPANY else PERSONS


def papers_missing(case: Case, request: PermitRequest) -> list[Text]:
    """Return the names of the papers that are needed and not there."""
    there = {document.kind for document in current_documents(case)}
    names = {paper.code: paper.name for paper in machine_of(case.kind).papers}
    return [names[code] for code in papers_needed(request) if code not in there]


def papers_are_there(case: Case, *, at: dt.datetime) -> Text | None:
    """Refuse while a paper is missing."""
    missing = papers_missing(case, request_of(case))
    if not missing:
        return None
    return Text(
        PAPERS_MISSING.ar.format(papers="، ".join(name.ar for name in missing)),
        PAPERS_MISSING.en.format(papers=", ".join(name.en for name in missing)),
    )


def span_of(request: PermitRequest, *, on: dt.date) -> tuple[dt.date, dt.date]:
    """Return the days of a permit that is granted on a day: the first, and the one after the last.

    A renewal begins where the permit before it ends; a first permit not before it is paid.
    """
    starts_on = max(request.starts_on or on, on)
    if request.act == Act.RENEW and request.permit is not None:
        starts_on = request.permit.ends_on
    return starts_on, months_after(starts_on, request.months)


def _day(day: dt.date) -> str:
    return day.strftime("%d/%m/%Y")


def plate_conflict(request: PermitRequest, *, on: dt.date) -> PermitVehicle | None:
    """Return the vehicle of another permit of the same kind and place on some of the same days."""
    if not request.plate_key or request.act in (Act.LOST, Act.END):
        return None
    starts_on, ends_on = span_of(request, on=on)
    if request.act == Act.VEHICLE and request.permit is not None:
        starts_on, ends_on = on, request.permit.ends_on
    same = PermitVehicle.objects.filter(
        plate_key=request.plate_key, kind=request.kind, zone_id=request.zone_id,
        bay_id=request.bay_id, valid__overlap=(midnight(starts_on), midnight(ends_on)),
    )  # fmt: skip
    return same.exclude(permit=request.permit_id).select_related("permit").order_by("pk").first()


def bay_conflict(request: PermitRequest, *, on: dt.date) -> Text | None:
    """Return who holds the bay of a first permit on some of its days."""
    if request.kind != PermitKind.RESERVED_BAY or request.act != Act.ISSUE:
        return None
    starts_on, ends_on = span_of(request, on=on)
    held = ParkingPermit.objects.filter(
        bay=request.bay_id, kind=PermitKind.RESERVED_BAY, starts_on__lt=ends_on,
        ends_on__gt=starts_on,
    )  # fmt: skip
    taken = held.order_by("-ends_on").first()
    if taken is None:
        return None
    return BAY_TAKEN.with_values(last=_day(taken.ends_on - dt.timedelta(days=1)))


def _zone_holds(request: PermitRequest, *, on: dt.date) -> Text | None:
    """Refuse a permit for a zone that is no zone any more on its first day."""
    if request.zone is None or request.act not in (Act.ISSUE, Act.RENEW):
        return None
    starts_on, _ = span_of(request, on=on)
    if request.bay is not None and request.act == Act.RENEW:  # good in whatever zone it lies then
        return None
    if zone_book().numbered(request.zone.number, day=starts_on) is not None:
        return None
    return ZONE_GONE.with_values(number=request.zone.number)


def _place_is_set(request: PermitRequest) -> Text | None:
    if request.kind in (PermitKind.ONE_ZONE, PermitKind.SPECIAL) and request.zone_id is None:
        return NO_ZONE
    if request.kind == PermitKind.RESERVED_BAY and request.bay_id is None:
        return NO_BAY
    return None


def _permit_goes_on(request: PermitRequest, *, on: dt.date) -> Text | None:
    """Refuse to change or renew a permit that is over (guards.md threat 25)."""
    permit = request.permit
    if permit is None:
        return None
    if permit.ends_on <= on:
        return OVER.with_values(number=permit.number)
    if request.act == Act.RENEW and ParkingPermit.objects.filter(renews=permit).exists():
        return RENEWED.with_values(number=permit.number)
    return None


def _in_the_way(request: PermitRequest, *, on: dt.date) -> Text | None:
    if (bay := bay_conflict(request, on=on)) is not None:
        return bay
    vehicle = plate_conflict(request, on=on)
    return None if vehicle is None else PLATE_HAS_ONE.with_values(number=vehicle.permit.number)


def _bay_is_asked_for(request: PermitRequest) -> Text | None:
    """Refuse to bill a bay that is in another request whose fee is due: one of them would lose."""
    if request.kind != PermitKind.RESERVED_BAY or request.act != Act.ISSUE:
        return None
    others = PermitRequest.objects.filter(
        bay=request.bay_id, act=Act.ISSUE, case__state__in=("fee_due", "issuing")
    )
    other = others.exclude(pk=request.pk).select_related("case").order_by("pk").first()
    return None if other is None else BAY_ASKED.with_values(number=other.case.number)


def may_be_granted(case: Case, *, at: dt.datetime) -> Text | None:
    """Refuse what cannot be granted on the day of a moment, whatever has been paid."""
    request, on = request_of(case), city_day(at)
    return (
        _permit_goes_on(request, on=on)
        or _place_is_set(request)
        or _zone_holds(request, on=on)
        or _in_the_way(request, on=on)
    )


def may_be_billed(case: Case, *, at: dt.datetime) -> Text | None:
    """Refuse to ask for the fee of what cannot be granted or has no price."""
    request = request_of(case)
    refused = (
        papers_are_there(case, at=at) or may_be_granted(case, at=at) or _bay_is_asked_for(request)
    )
    if refused is not None:
        return refused
    try:
        lines_asked(request, on=city_day(at))
    except NoTariff:
        return NO_PRICE
    return None


def _bay_refused(case: Case, *, at: dt.datetime, first_time: bool) -> Text | None:
    request, on = request_of(case), city_day(at)
    if request.kind != PermitKind.RESERVED_BAY or request.act != Act.ISSUE:
        return None
    starts_on, ends_on = span_of(request, on=on)
    return _zone_holds(request, on=on) or refused_bay(
        request, starts_on=starts_on, ends_on=ends_on, first_time=first_time
    )


def may_go_to_zoning(case: Case, *, at: dt.datetime) -> Text | None:
    """Refuse while a paper is missing, and a bay that cannot be asked for at that moment."""
    return papers_are_there(case, at=at) or _bay_refused(case, at=at, first_time=True)


def may_come_again(case: Case, *, at: dt.datetime) -> Text | None:
    """Refuse while a paper is missing, and a bay that another has got; the officer's word stays."""
    return papers_are_there(case, at=at) or _bay_refused(case, at=at, first_time=False)


def permit_holds(case: Case, *, at: dt.datetime) -> Text | None:
    """Refuse to end a permit that is over."""
    return _permit_goes_on(request_of(case), on=city_day(at))


def asks_registrar(case: Case, *, at: dt.datetime) -> bool:
    """Tell whether the registration section checks a request: it follows from a plot."""
    request = request_of(case)
    checked = request.act in (Act.ISSUE, Act.VEHICLE)
    return checked and request.kind in (PermitKind.ONE_ZONE, PermitKind.ALL_ZONES)


def asks_zone_manager(case: Case, *, at: dt.datetime) -> bool:
    """Tell whether the zone manager checks a request: a bay, or a special permit."""
    request = request_of(case)
    checked = request.act in (Act.ISSUE, Act.VEHICLE)
    return checked and request.kind in (PermitKind.RESERVED_BAY, PermitKind.SPECIAL)


def is_not_checked(case: Case, *, at: dt.datetime) -> bool:
    """Tell whether a request is billed at once: a renewal, a lost paper."""
    return request_of(case).act in (Act.RENEW, Act.LOST)


def is_an_end(case: Case, *, at: dt.datetime) -> bool:
    """Tell whether a request ends its permit."""
    return request_of(case).act == Act.END
