"""The paper of a permit: one page in Arabic and English, with its code and the map of its place."""

import datetime as dt
from collections.abc import Callable

from django.template.loader import render_to_string

from municipality.conf import PROFILE
from municipality.documents.papers import Fact
from municipality.documents.printing import fonts, pdf_of
from municipality.documents.stamp import verify_qr, verify_words
from municipality.places.demo import is_demo
from municipality.words import Text
from parking_zones.parking_permits.life import vehicle_shown
from parking_zones.parking_permits.models import ParkingPermit, PermitKind
from parking_zones.parking_permits.words import KINDS, day_words, last_day, plate_words
from parking_zones.parking_permits.zone_sheet import zone_drawing
from plots.restrictions.sheet import DRAWING_PX

EVERYWHERE = Text("كل مناطق المواقف المدفوعة", "every paid parking zone")
NO_VEHICLE = Text("للموقف لا لمركبة", "for the bay, not for a vehicle")


def place_words(permit: ParkingPermit) -> Text:
    """Say where a permit is good."""
    if permit.kind == PermitKind.ALL_ZONES:
        return EVERYWHERE
    zone = permit.zone
    named = (
        Text("خارج المناطق المدفوعة", "outside the paid zones")
        if zone is None
        else Text(f"المنطقة {zone.number}، {zone.name_ar}", f"zone {zone.number}, {zone.name_en}")
    )
    if permit.bay is None:
        return named
    key = permit.bay.register_key
    return Text(f"الموقف {key}، {named.ar}", f"bay {key}, {named.en}")


def facts_of(permit: ParkingPermit, *, at: dt.datetime) -> list[Fact]:
    """Return what anyone with the code may check; no name and no phone."""
    vehicle = vehicle_shown(permit, at)
    plate = NO_VEHICLE if vehicle is None else plate_words(vehicle.plate_key)
    first, last = day_words(permit.starts_on), day_words(last_day(permit))
    return [
        (Text("رقم التصريح", "Permit number"), Text(permit.number, permit.number)),
        (Text("نوع التصريح", "Kind of permit"), KINDS[PermitKind(permit.kind)]),
        (Text("صالح في", "Good in"), place_words(permit)),
        (Text("المركبة", "Vehicle"), plate),
        (Text("من", "From"), Text(first, first)),
        (Text("حتى نهاية", "Until the end of"), Text(last, last)),
    ]


def printer(permit: ParkingPermit, *, at: dt.datetime) -> Callable[[str], bytes]:
    """Return what prints a permit once its code is known."""

    def printed(code: str) -> bytes:
        context = {
            "permit": permit,
            "facts": facts_of(permit, at=at),
            "drawing": None
            if permit.zone is None
            else zone_drawing(number=permit.zone.number, on=permit.starts_on),
            "half": DRAWING_PX // 2,
            "municipality": Text(PROFILE.municipality_ar, PROFILE.municipality_en),
            "is_demo": is_demo(),
            "fonts": fonts(),
            "qr": verify_qr(code),
            "verify": verify_words(code),
            "issued_at": at,
        }
        return pdf_of(render_to_string("parking_permits/paper.html", context))

    return printed
