"""The permits that the desk looked for as one file: what the page shows of each, of all of them.

For who keeps the permits and who audits them; a counter looks up one holder at a time.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from geo_portal.parking_permits.desk_search import looked_for, permits_found
from municipality.asked import today
from municipality.csv_lines import MEDIA_TYPE, csv_lines
from municipality.history.actions import record
from municipality.people.access import open_to
from municipality.people.acting_person import actor_of, person_of
from parking_zones.parking_permits.models import ParkingPermit, PermitVehicle
from parking_zones.parking_permits.words import last_day, plate_words, standing_on

EXPORTS = ("registrar", "zone_manager", "auditor")
A_CHUNK = 2_000
FIELDS = (
    "number", "kind", "zone", "bay", "plate_ar", "plate_en", "plot_number", "holder_name",
    "months", "starts_on", "last_day", "state",
)  # fmt: skip


def _with_plates(rows: QuerySet[ParkingPermit], at: dt.datetime) -> QuerySet[ParkingPermit]:
    """Add the plate that a page names with each permit: the present one, else the last."""
    own = PermitVehicle.objects.filter(permit=OuterRef("pk"))
    now = own.filter(valid__endswith__gt=at).order_by("valid").values("plate_key")[:1]
    last = own.order_by("-valid").values("plate_key")[:1]
    return rows.annotate(plate_key=Coalesce(Subquery(now), Subquery(last)))


def _row(permit: Any, on: dt.date) -> dict[str, Any]:
    plate = plate_words(permit.plate_key) if permit.plate_key else None
    return {
        "number": permit.number,
        "kind": permit.kind,
        "zone": permit.zone.number if permit.zone is not None else None,
        "bay": permit.bay.register_key if permit.bay is not None else None,
        "plate_ar": plate.ar if plate is not None else None,
        "plate_en": plate.en if plate is not None else None,
        "plot_number": permit.plot_number,
        "holder_name": permit.holder_name,
        "months": permit.months,
        "starts_on": permit.starts_on.isoformat(),
        "last_day": last_day(permit).isoformat(),
        "state": standing_on(permit, on).value,
    }


def _rows(found: QuerySet[ParkingPermit], on: dt.date) -> Iterator[dict[str, Any]]:
    for one in found.iterator(A_CHUNK):
        yield _row(one, on)


@never_cache
@require_POST
@open_to(*EXPORTS)
def search_csv(request: HttpRequest) -> HttpResponseBase:
    """Write what the page's form looks for as CSV, line by line; each file is on the record."""
    at, on = timezone.now(), today()
    looked = looked_for(request)
    if not looked:
        return redirect("parking_permits:search")
    found = permits_found(looked, on=on)
    role = next(role for role in person_of(request).roles if role in EXPORTS)
    record(
        stream="permits/desk", act="permit.exported", by=actor_of(request, role), at=at,
        facts={**looked.on_the_record, "found": found.count()},
    )  # fmt: skip
    lines = csv_lines(FIELDS, _rows(_with_plates(found, at), on))
    answer = StreamingHttpResponse(lines, content_type=MEDIA_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="parking-permits-{on:%Y%m%d}.csv"'
    return answer
