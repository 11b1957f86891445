"""How permits are named to people: kinds, acts, plates, days and where a permit stands."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum

from municipality.cases.models import Case
from municipality.words import Text
from parking_zones.parking_permits.checks import Act, request_of
from parking_zones.parking_permits.models import ParkingPermit, PermitKind
from parking_zones.plates import COUNTRY, plate_of_key

KINDS = {
    PermitKind.ONE_ZONE: Text("تصريح لمنطقة واحدة", "Permit for one zone"),
    PermitKind.ALL_ZONES: Text("تصريح لكل المناطق", "Permit for all zones"),
    PermitKind.RESERVED_BAY: Text("موقف محجوز", "Reserved bay"),
    PermitKind.SPECIAL: Text("تصريح وقوف خاص", "Special parking permit"),
}
ACTS = {
    Act.ISSUE: Text("تصريح مواقف جديد", "new parking permit"),
    Act.RENEW: Text("تجديد تصريح المواقف", "renewal of a parking permit"),
    Act.VEHICLE: Text("تغيير مركبة التصريح", "change of a permit's vehicle"),
    Act.LOST: Text("بدل فاقد لتصريح المواقف", "replacement of a lost permit"),
    Act.END: Text("إنهاء تصريح المواقف", "early end of a parking permit"),
}
NOTHING = Text("-", "-")


class Standing(StrEnum):
    """Where a permit stands on a day: it follows from its days alone."""

    TO_COME = "to_come"
    VALID = "valid"
    OVER = "over"
    ENDED = "ended"


STANDINGS = {
    Standing.TO_COME: Text("لم يبدأ بعد", "Not begun yet"),
    Standing.VALID: Text("ساري", "Valid"),
    Standing.OVER: Text("انتهت مدته", "Over"),
    Standing.ENDED: Text("أُنهي مبكرًا", "Ended early"),
}


def standing_on(permit: ParkingPermit, day: dt.date) -> Standing:
    """Return where a permit stands on a day of the city."""
    if permit.ends_on <= day:
        return Standing.OVER if permit.ended_at is None else Standing.ENDED
    return Standing.TO_COME if day < permit.starts_on else Standing.VALID


def last_day(permit: ParkingPermit) -> dt.date:
    """Return the last day of a permit."""
    return permit.ends_on - dt.timedelta(days=1)


def day_words(day: dt.date) -> str:
    """Write a day as the municipality does, day first."""
    return day.strftime("%d/%m/%Y")


def plate_words(key: str) -> Text:
    """Write a plate as it is shown in each script; of another country as it was told."""
    if not key:
        return NOTHING
    country, _, rest = key.partition("-")
    if country != COUNTRY:
        return Text(f"{rest} ({country})", f"{rest} ({country})")
    plate = plate_of_key(key)
    return Text(plate.shown_ar, plate.shown_en)


def permit_of(case: Case) -> ParkingPermit | None:
    """Return the permit that a case issued, else the one that it is about."""
    issued = ParkingPermit.objects.filter(case_id=case.pk).first()  # unique
    return issued if issued is not None else request_of(case).permit


def words_of(case: Case) -> Mapping[str, Text]:
    """Return what the messages of a case name beside its number."""
    request, permit = request_of(case), permit_of(case)
    number = NOTHING if permit is None else Text(permit.number, permit.number)
    until = "-" if permit is None else day_words(last_day(permit))
    return {
        "what": ACTS[Act(request.act)],
        "permit": number,
        "plate": plate_words(request.plate_key),
        "until": Text(until, until),
    }
