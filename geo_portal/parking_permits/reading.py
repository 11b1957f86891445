"""What the page and the API of permits share: what is asked for, read from a form or from JSON."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from shapely.geometry import Point

from geo_portal.parking.buying import plate_from
from municipality.asked import today
from municipality.digits import NotANumber, integer, western
from municipality.geometry_gate import position
from municipality.people.access import not_found
from municipality.people.acting_person import person_of
from municipality.people.delegations import act_by, may_act_for, serve, served_id
from municipality.people.models import User
from municipality.problems import bad_value
from municipality.reach import as_system
from municipality.words import Text
from parking_zones.parking_permits.models import ParkingPermit, PermitKind
from parking_zones.parking_permits.requests import KIND, Company, Wanted
from parking_zones.parking_permits.terms import YEAR
from parking_zones.zones.models import Zone
from plots.building_permits.api import plots_asked
from plots.register.queries import PlotOnDay, plot_on

CIVIL_NUMBER = re.compile(r"[0-9]{6,9}")  # 8 as a rule; no check digit is published
NOT_A_CIVIL_NUMBER = Text(
    "الرقم المدني من 6 إلى 9 أرقام، أو يُترك فارغًا.",
    "A civil number is 6 to 9 digits, or is left empty.",
)
NOT_A_ZONE = Text("لا منطقة بهذا الرقم.", "There is no zone of this number.")
NOT_MONTHS = Text("اكتب عدد الأشهر رقمًا.", "Write the number of months in digits.")
NOT_A_DAY = Text("اكتب التاريخ سنة-شهر-يوم، مثل 2026-11-24.", "Write a date as 2026-11-24.")
LONGEST_ID = 19


def told_in_form(request: HttpRequest) -> dict[str, str]:
    """Read the fields of a form, without what no text has."""
    return {name: request.POST.get(name, "").replace("\x00", "").strip() for name in request.POST}


def plot_told(told: Mapping[str, Any], *, on: dt.date) -> PlotOnDay | None:
    """Find the plot by its id (``plot_id``), else by its number; raises Problem 422.

    None where neither is told.  A number that several plots have is refused with all of them.
    """
    chosen, number = str(told.get("plot_id") or ""), str(told.get("plot") or "").strip()
    if chosen.isdecimal() and len(chosen) < LONGEST_ID:
        asked: object = int(chosen)
    elif number:
        asked = western(number)
    else:
        return None
    (found,) = plots_asked(asked, on=on)
    return plot_on(plot_id=found.plot_id, on=on)


def zone_told(told: Mapping[str, Any]) -> int | None:
    """Return the id of the zone that is told by its number, None where none is; Problem 422."""
    number = western(str(told.get("zone") or "")).strip()
    if not number:
        return None
    zone = Zone.objects.filter(number=number).first()  # unique
    if zone is None:
        raise bad_value("zone", NOT_A_ZONE)
    return zone.pk


def months_told(told: Mapping[str, Any], kind: str) -> int:
    """Read the months, one where none are told (a year of a special permit); raises Problem 422."""
    text = str(told.get("months") or "").strip()
    if not text:
        return YEAR if kind == PermitKind.SPECIAL else 1
    try:
        return integer(text)
    except NotANumber:
        raise bad_value("months", NOT_MONTHS) from None


def day_told(text: str, name: str) -> dt.date | None:
    """Read a day of the city in any digits; none where nothing is told; raises Problem 422."""
    plain = western(text).strip()
    if not plain:
        return None
    try:
        return dt.date.fromisoformat(plain)
    except ValueError:
        raise bad_value(name, NOT_A_DAY) from None


def _pin(told: Mapping[str, Any]) -> Point | None:
    if not told.get("bay_lon") and not told.get("bay_lat"):
        return None
    return position(lon=told.get("bay_lon"), lat=told.get("bay_lat"))


def _company(told: Mapping[str, Any]) -> Company | None:
    name, number = (str(told.get(key) or "").strip() for key in ("company", "company_number"))
    if not name and not number and told.get("holder") != "company":
        return None
    return Company(name[:150], western(number)[:20])


def _civil_number(told: Mapping[str, Any]) -> str:
    number = western(str(told.get("civil_number") or "")).strip()
    if number and not CIVIL_NUMBER.fullmatch(number):
        raise bad_value("civil_number", NOT_A_CIVIL_NUMBER)
    return number


def plate_told(told: Mapping[str, Any]) -> str:
    """Return the key of the plate that is told, empty where none is; raises Problem 422."""
    text = str(told.get("plate") or "").strip()
    return plate_from(text, str(told.get("country") or "")).key if text else ""


def wanted_of(told: Mapping[str, Any], *, channel: str, on: dt.date) -> Wanted:
    """Read a first permit as it is asked for; raises Problem 422 that names the field."""
    kind = str(told.get("kind") or "")
    bay = str(told.get("bay") or "")
    return Wanted(
        kind=kind,
        months=months_told(told, kind),
        plate_key=plate_told(told),
        zone_id=zone_told(told),
        bay_id=int(bay) if bay.isdecimal() and len(bay) < LONGEST_ID else None,
        bay_place=_pin(told),
        plot=plot_told(told, on=on)
        if kind in (PermitKind.ONE_ZONE, PermitKind.ALL_ZONES)
        else None,
        unit=str(told.get("unit") or "").strip(),
        company=_company(told),
        civil_number=_civil_number(told),
        purpose=str(told.get("purpose") or ""),
        starts_on=day_told(str(told.get("starts_on") or ""), "starts_on"),
        channel=channel,
        key=str(told.get("key") or ""),
    )


def served_of(request: HttpRequest) -> User:
    """Return for whom it is asked: the visitor in front, who lets one act, or oneself."""
    served = served_id(request)
    return person_of(request) if served is None else User.objects.get(pk=served)


def choose(request: HttpRequest, delegation: str, *, on: dt.date) -> None:
    """Ask for who gave a delegation (its id), or for oneself where none is named; Problem 404."""
    if delegation:
        act_by(request, delegation, KIND, on=on)


def own_permit(request: HttpRequest, public_id: str) -> ParkingPermit:
    """Return a permit of who asks, is served, or lets one act; raises Problem 404 for any other.

    Who holds the holder's delegation for permits acts for them from here on.
    """
    with as_system():  # whose it is is asked right below
        rows = ParkingPermit.objects.select_related("zone", "bay", "paper", "case", "renews")
        found = rows.filter(public_id=public_id).first()  # unique
    asker = person_of(request)
    if found is None or found.person_id is None:
        raise not_found()
    if found.person_id == served_of(request).pk:
        return found
    is_served = served_id(request) is not None
    if is_served or not may_act_for(asker.pk, found.person_id, KIND, on=today()):
        raise not_found()
    serve(request, found.person_id)
    return found
