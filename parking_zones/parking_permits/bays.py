"""Which registered bays can be asked for, and why one cannot; nobody is told who has it.

A bay is held by a permit on some of the days, or by a request for it that was handed in and is
not closed: the first that is handed in has it, and ``refused_bay`` asks that under the lock of the
bay.  What the register keeps for others (disabled people, buses) is given to no company.
"""

import datetime as dt
from dataclasses import dataclass

from municipality.problems import bad_value
from municipality.reach import as_system
from municipality.words import Text
from parking_zones.parking_permits.models import ParkingPermit, PermitKind, PermitRequest
from parking_zones.zones.bays import bays_in_zone, zone_id_of_bay
from parking_zones.zones.models import Bay, Zone

MOST_BAYS = 500  # of a zone that are listed and drawn
MADE_FOR_PERMIT = "تصريح / permit"  # the source of a bay that an officer registered for a request
HELD = Text("محجوز بتصريح حتى نهاية {last}.", "Kept by a permit until the end of {last}.")
ASKED = Text(
    "في طلب آخر قُدّم قبلك ولم يُبتّ فيه.",
    "In another application that was handed in before and is not decided.",
)
RESERVED = Text("محجوز في السجل.", "Reserved in the register.")
FOR_OTHERS = {
    Bay.Kind.DISABLED: Text("مخصص لذوي الإعاقة.", "Kept for people with disabilities."),
    Bay.Kind.AMBULANCE: Text("مخصص للإسعاف.", "Kept for ambulances."),
    Bay.Kind.BUS: Text("مخصص للحافلات.", "Kept for buses."),
    Bay.Kind.TAXI: Text("مخصص لسيارات الأجرة.", "Kept for taxis."),
}
NO_SUCH_BAY = Text("لا موقف كهذا في السجل.", "The register has no such bay.")
OTHER_ZONE = Text("الموقف {bay} ليس في المنطقة {zone}.", "Bay {bay} does not lie in zone {zone}.")
CANNOT = Text("الموقف {bay}: {why}", "Bay {bay}: {why}")


@dataclass(frozen=True, slots=True)
class BayChoice:
    """A bay, and why it cannot be asked for; ``why`` is None where it can.

    ``is_taken``: a permit or another request has it on some of the days.
    """

    bay: Bay
    why: Text | None
    is_taken: bool


def _held(ids: list[int], starts_on: dt.date, ends_on: dt.date) -> dict[int, dt.date]:
    """Return the last day of the permit that holds each bay on some of the days."""
    rows = ParkingPermit.objects.filter(
        bay__in=ids, kind=PermitKind.RESERVED_BAY, starts_on__lt=ends_on, ends_on__gt=starts_on
    )
    told = rows.order_by("ends_on").values_list("bay_id", "ends_on")
    return {bay: after - dt.timedelta(days=1) for bay, after in told if bay is not None}


def _asked(ids: list[int], but: int | None) -> set[int | None]:
    """Return the bays in requests that were handed in and are open, but for one request."""
    rows = PermitRequest.objects.filter(
        bay__in=ids, act=PermitRequest.Act.ISSUE, kind=PermitKind.RESERVED_BAY,
        case__closed_at=None,
    ).exclude(case__state="draft")  # fmt: skip
    return set(rows.exclude(pk=but or 0).values_list("bay_id", flat=True))


def _choices(
    bays: list[Bay], starts_on: dt.date, ends_on: dt.date, *, but: int | None = None
) -> list[BayChoice]:
    ids = [bay.pk for bay in bays]
    kept = [bay.pk for bay in bays if bay.kind == Bay.Kind.RESERVED]
    with as_system():  # told is that a bay is held, never by whom
        held, asked = _held(ids, starts_on, ends_on), _asked(ids, but)
        known = ParkingPermit.objects.filter(bay__in=kept).values_list("bay_id", flat=True)
        ours = set(known) if kept else set()

    def choice(bay: Bay) -> BayChoice:
        if bay.pk in held:
            last = held[bay.pk].strftime("%d/%m/%Y")
            return BayChoice(bay, HELD.with_values(last=last), is_taken=True)
        if bay.pk in asked:
            return BayChoice(bay, ASKED, is_taken=True)
        if bay.kind == Bay.Kind.RESERVED and bay.source != MADE_FOR_PERMIT and bay.pk not in ours:
            return BayChoice(bay, RESERVED, is_taken=False)  # for whom nobody here knows
        return BayChoice(bay, FOR_OTHERS.get(Bay.Kind(bay.kind)), is_taken=False)

    return [choice(bay) for bay in bays]


def bays_of_zone(
    *, zone_id: int, starts_on: dt.date, ends_on: dt.date, but: int | None = None
) -> list[BayChoice]:
    """Return the bays of a zone in the order of their keys, at most ``MOST_BAYS`` and one more.

    ``ends_on`` is the day after the last for which a bay would be asked; ``but`` is the request
    that asks, which is not in its own way.
    """
    rows = bays_in_zone(zone_id, on=starts_on)[: MOST_BAYS + 1]
    return _choices(rows, starts_on, ends_on, but=but)


def bay_to_ask_for(
    *, bay_id: int, zone_id: int | None, starts_on: dt.date, ends_on: dt.date
) -> Bay:
    """Return a bay that can be asked for; raises Problem 422 that says why not.

    ``zone_id`` is the zone in which it was chosen, None where none was named.
    """
    bay = Bay.objects.filter(pk=bay_id).first()  # unique
    if bay is None:
        raise bad_value("bay", NO_SUCH_BAY)
    if zone_id is not None and zone_id_of_bay(bay, on=starts_on) != zone_id:
        raise bad_value("bay", _elsewhere(bay, Zone.objects.filter(pk=zone_id).first()))
    (choice,) = _choices([bay], starts_on, ends_on)
    if choice.why is not None:
        raise bad_value("bay", _of(bay, choice.why))
    return bay


def _elsewhere(bay: Bay, zone: Zone | None) -> Text:
    number = zone.number if zone is not None else "-"
    return OTHER_ZONE.with_values(bay=bay.register_key, zone=number)


def _of(bay: Bay, why: Text) -> Text:
    return Text(
        CANNOT.ar.format(bay=bay.register_key, why=why.ar),
        CANNOT.en.format(bay=bay.register_key, why=why.en),
    )


def refused_bay(
    request: PermitRequest, *, starts_on: dt.date, ends_on: dt.date, first_time: bool
) -> Text | None:
    """Lock the bay of a request that is handed in, and say why it cannot have it; None: it can.

    Within a transaction that holds the lock of the case: of two that hand in at once the second
    waits here and finds the first.  ``first_time``: no officer has set the bay yet, so what the
    register keeps for others is refused too.
    """
    rows = Bay.objects.select_for_update(no_key=True)  # rows that only point at it need not wait
    bay = rows.filter(pk=request.bay_id or 0).first()  # unique
    if bay is None:
        return None
    if zone_id_of_bay(bay, on=starts_on) != request.zone_id:
        return _elsewhere(bay, request.zone)
    (choice,) = _choices([bay], starts_on, ends_on, but=request.pk)
    if choice.why is None or not (first_time or choice.is_taken):
        return None
    return _of(bay, choice.why)
