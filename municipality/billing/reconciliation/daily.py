"""Daily reconciliation: the settlement files of gateway and terminals against our ledger.

What a file proves is settled at once (a capture we had lost sight of); what only a person can
close becomes a Difference.  Reading the same file again, or an overlapping one, changes nothing.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from municipality.actor import SYSTEM
from municipality.billing.payments import graph
from municipality.billing.payments.gateway import SettledLine
from municipality.billing.payments.models import Charge, Refund
from municipality.billing.payments.outcomes import Effect, Outcome
from municipality.billing.payments.settling import take_answer
from municipality.billing.reconciliation.models import Difference, SettlementFile
from municipality.city_time import city_day
from municipality.conf import PROFILE
from municipality.reach import acting

CHANNELS = {"gateway": "online", "terminal": "terminal"}
SETTLED = "settled by their own file"


@dataclass(frozen=True, slots=True)
class Compared:
    """What one file came to."""

    lines: int
    settled: int
    differences: int


@acting
def compare(
    *, source: str, day: dt.date, lines: Sequence[SettledLine], at: dt.datetime
) -> Compared:
    """Compare one settlement file of a city day with what we hold; idempotent."""
    settled = sum(_line(source, day, line, at=at) for line in lines)
    named = {line.number for line in lines if line.kind == "capture"}
    _not_in_file(source, day, named, at=at)
    body = "\n".join(sorted(f"{x.number};{x.reference};{x.kind};{x.amount_baisa}" for x in lines))
    digest = hashlib.sha256(f"{source};{day};{body}".encode()).hexdigest()
    SettlementFile.objects.get_or_create(
        sha256=digest,
        defaults={
            "source": source, "day": day, "lines": len(lines), "read_at": at,
            "total_baisa": sum(_signed(lines)),
        },
    )  # fmt: skip
    open_now = Difference.objects.filter(source=source, day=day, closed_at=None).count()
    return Compared(len(lines), settled, open_now)


def _signed(lines: Iterable[SettledLine]) -> Iterable[int]:
    amounts = ((x.kind, x.amount_baisa or 0) for x in lines)
    return (amount if kind == "capture" else -amount for kind, amount in amounts)


def _line(source: str, day: dt.date, line: SettledLine, *, at: dt.datetime) -> bool:
    """Bring one line home; tells whether it settled something we had not known."""
    if line.kind == "refund":
        return _refund(source, day, line, at=at)
    if line.kind != "capture":  # a chargeback, a fee: never money that came in
        _differ(source, "unknown_to_us", line.number, day, at=at, theirs_baisa=line.amount_baisa)
        return False
    channel = CHANNELS[source]
    charge = Charge.objects.filter(channel=channel, foreign_id=line.number).order_by("pk").first()
    if charge is None:
        by_reference = (
            {"public_id": line.reference} if source == "gateway" else {"token": line.reference}
        )
        charge = Charge.objects.filter(channel=channel, **by_reference).order_by("pk").first()
    if charge is None:
        _differ(source, "unknown_to_us", line.number, day, at=at, theirs_baisa=line.amount_baisa)
        return False
    if line.amount_baisa is None or line.amount_baisa <= 0:
        _differ(
            source, "amount", line.number, day, at=at, charge=charge, ours_baisa=charge.amount_baisa
        )
        return False
    outcome = Outcome(graph.CAPTURED, amount_baisa=line.amount_baisa, foreign_id=line.number)
    effect = take_answer(charge_id=charge.pk, outcome=outcome, by=SYSTEM, at=at)
    if effect in (Effect.APPLIED, Effect.CORRECTED, Effect.SECOND):
        kind = "double" if effect is Effect.SECOND else "late"
        _differ(
            source, kind, line.number, day, at=at, charge=charge, theirs_baisa=line.amount_baisa,
            ours_baisa=charge.amount_baisa, closed_at=at, closed_by_name=SYSTEM.name,
            closed_how=SETTLED,
        )  # fmt: skip
        return True
    charge.refresh_from_db()
    if charge.foreign_id == line.number and charge.captured_baisa != line.amount_baisa:
        _differ(
            source, "amount", line.number, day, at=at, charge=charge,
            ours_baisa=charge.captured_baisa, theirs_baisa=line.amount_baisa,
        )  # fmt: skip
    return False


def _refund(source: str, day: dt.date, line: SettledLine, *, at: dt.datetime) -> bool:
    ours = Refund.objects.filter(foreign_id=line.number).exclude(foreign_id="")
    if not ours.exists() and not Refund.objects.filter(public_id=line.reference).exists():
        _differ(
            source, "unknown_to_us", line.number, day, at=at, theirs_baisa=-(line.amount_baisa or 0)
        )
    return False


def _not_in_file(source: str, day: dt.date, named: set[str], *, at: dt.datetime) -> None:
    """Find what we say was captured that day and their file does not name."""
    first = dt.datetime.combine(day, dt.time(), tzinfo=PROFILE.time_zone)
    ours = Charge.objects.filter(
        channel=CHANNELS[source], state__in=graph.TAKEN, captured_at__gte=first,
        captured_at__lt=first + dt.timedelta(days=1),
    )  # fmt: skip
    for charge in ours.order_by("pk"):
        if charge.foreign_id in named or city_day(charge.captured_at or at) != day:
            continue
        _differ(
            source, "not_in_file", charge.public_id, day, at=at, charge=charge,
            ours_baisa=charge.captured_baisa,
        )  # fmt: skip


def _differ(
    source: str, kind: str, reference: str, day: dt.date, *, at: dt.datetime, **facts: object
) -> None:
    Difference.objects.get_or_create(
        source=source, kind=kind, reference=reference,
        defaults={"day": day, "found_at": at, **facts},
    )  # fmt: skip
