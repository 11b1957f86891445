"""Another registered bay for a request that is not handed in, or was sent back."""

import datetime as dt

from municipality.actor import Actor
from municipality.cases.models import Case
from municipality.cases.rights import Side, side_of
from municipality.city_time import city_day
from municipality.history.actions import record
from municipality.people.access import not_found
from municipality.reach import acting
from parking_zones.parking_permits.bays import bay_to_ask_for
from parking_zones.parking_permits.checks import Act, request_of, span_of
from parking_zones.parking_permits.models import PermitKind, PermitRequest
from parking_zones.zones.bays import zone_id_of_bay

WRITING = ("draft", "returned")


@acting
def choose_bay(*, case_id: int, bay_id: int, by: Actor, at: dt.datetime) -> PermitRequest:
    """Let the applicant choose another bay; what is chosen is looked at again when it is handed in.

    Raises Problem 404 for who is not the applicant and for a request that is not theirs to write
    now, 422 for a bay that cannot be asked for.
    """
    case = Case.objects.select_for_update().get(pk=case_id)
    request = request_of(case)
    is_theirs = case.state in WRITING and side_of(case, by, at=at) is Side.APPLICANT
    if not is_theirs or request.kind != PermitKind.RESERVED_BAY or request.act != Act.ISSUE:
        raise not_found()
    starts_on, ends_on = span_of(request, on=city_day(at))
    bay = bay_to_ask_for(bay_id=bay_id, zone_id=None, starts_on=starts_on, ends_on=ends_on)
    zone_id = zone_id_of_bay(bay, on=starts_on)
    request.bay, request.zone_id, request.bay_place = bay, zone_id, None
    request.save(update_fields=["bay", "zone", "bay_place"])
    case.place = bay.shape
    case.save(update_fields=["place"])
    facts = {"zone": request.zone_id, "bay": request.bay_id}
    record(stream=case.stream, act="permit.place", by=by, at=at, facts=facts)
    return request
