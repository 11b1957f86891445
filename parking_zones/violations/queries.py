"""Reads of violations for those who may see them: by number and plate, or by one's own permits."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from municipality.billing.bills.models import Bill
from municipality.digits import western
from municipality.documents.models import StoredFile
from municipality.reach import acting
from parking_zones.parking_permits.models import PermitVehicle
from parking_zones.violations.models import Dispute, Offence, Violation
from parking_zones.zones.queries import city_midnight

SHOWN = (Violation.State.ISSUED, Violation.State.CANCELLED)  # what its payer hears of
LATEST = 50


@dataclass(frozen=True, slots=True)
class Known:
    """A violation with what belongs to it: its bill, photos and disputes, the newest first."""

    violation: Violation
    bill: Bill | None
    photos: Sequence[StoredFile]
    disputes: Sequence[Dispute]

    @property
    def evidence(self) -> dict[str, Any]:
        """What was judged by at that second; empty for an earlier record."""
        found: dict[str, Any] = self.violation.evidence
        return found

    @property
    def word(self) -> str:
        """How it stands: due, paid, cancelled, or refunded."""
        if self.violation.state == Violation.State.CANCELLED:
            return "cancelled"
        if self.bill is None:  # an earlier record that is not due
            return "paid"
        return self.bill.state


def of_the_day(*, plate_key: str, at: dt.datetime) -> list[Violation]:
    """Return what a plate was fined for on the city's day up to a moment, the latest first."""
    live = (Violation.State.PROPOSED, Violation.State.ISSUED)
    found = _rows().filter(
        plate_key=plate_key, state__in=live, issued_at__gte=city_midnight(at), issued_at__lte=at
    )
    return list(found.order_by("-issued_at")[:LATEST])


def _rows() -> QuerySet[Violation]:
    return Violation.objects.select_related("offence", "parking_check", "zone")


@acting
def known(violation: Violation) -> Known:
    """Read what belongs to a violation."""
    bills = Bill.objects.filter(subject=violation.stream).exclude(state=Bill.State.SUPERSEDED)
    return Known(
        violation,
        bills.order_by("-pk").first(),
        list(StoredFile.objects.filter(about=violation.stream).order_by("pk")),
        list(violation.disputes.select_related("case").order_by("-pk")),
    )


@acting
def disputed_in(case_id: int) -> tuple[Dispute, Known]:
    """Return what a case disputes, for who was let into the case."""
    row = Dispute.objects.get(case_id=case_id)
    return row, known(_rows().get(pk=row.violation_id))


@acting
def found_by(*, number: str, plate_key: str) -> Known | None:
    """Find a violation by its number and its plate, both; None alike for one wrong and for none.

    The two together are on the notice and nowhere else (guards.md threat 9).
    """
    plain = western(number).replace("\x00", "").strip().upper()
    found = _rows().filter(number=plain, plate_key=plate_key, state__in=SHOWN).first()  # unique
    return None if found is None else known(found)


@acting
def by_public_id(public_id: str) -> Known | None:
    """Return a violation by its unguessable id, which is the right to see it."""
    found = _rows().filter(public_id=public_id, state__in=SHOWN).first()  # unique
    return None if found is None else known(found)


@acting
def of_holder(*, person_id: int) -> list[Known]:
    """Return the violations of the vehicles in a person's own permits, while they were in them.

    Whose papers were checked owns a permit; who bought a ticket for a plate proves nothing.
    """
    vehicles = PermitVehicle.objects.filter(permit__person_id=person_id)
    spans = list(vehicles.values_list("plate_key", "valid"))
    rows = _rows().filter(plate_key__in={key for key, _ in spans}, state__in=SHOWN)
    mine = [
        row
        for row in rows.order_by("-issued_at", "-pk")[: LATEST * 4]
        if any(
            key == row.plate_key
            and (span.lower is None or span.lower <= row.issued_at)
            and (span.upper is None or row.issued_at < span.upper)
            for key, span in spans
        )
    ]
    return [known(row) for row in mine[:LATEST]]


def offences_on(day: dt.date) -> list[Offence]:
    """Return what can be issued on a day, in the order of the list."""
    return list(Offence.objects.filter(valid__contains=day).order_by("position", "code"))


def proposed() -> QuerySet[Violation]:
    """Return what waits for a supervisor, the oldest first."""
    return _rows().filter(state=Violation.State.PROPOSED).order_by("issued_at", "pk")
