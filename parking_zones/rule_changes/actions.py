"""A change of rules is proposed by one person and set by another (guards.md threat 14)."""

import datetime as dt
from typing import Any

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q, QuerySet

from municipality.actor import Actor
from municipality.billing.models import Tariff
from municipality.billing.tariffs.models import TariffKind
from municipality.calendar.queries import span
from municipality.calendar.rest_days import Span
from municipality.city_time import city_day
from municipality.history.actions import record
from municipality.people.access import not_found
from municipality.people.four_eyes import four_eyes
from municipality.problems import Problem
from municipality.reach import acting
from municipality.words import Text
from parking_zones.pricing.models import PaidHours, TicketTerms
from parking_zones.rule_changes.drafts import (
    Change,
    HoursDraft,
    PriceDraft,
    as_json,
    from_json,
    left_of,
)
from parking_zones.rule_changes.models import RuleChange
from parking_zones.rule_changes.proof import prove
from parking_zones.zones.book import zone_book
from parking_zones.zones.models import Zone

LOCK = "SELECT pg_advisory_xact_lock(hashtext('parking_zones.rule_changes'))"
BEGUN = Text(
    "بدأ اليوم {day}، وما طُبّق لا يُغيَّر؛ اقترح من الغد.",
    "The day {day} has begun, and what was applied is not changed; propose from tomorrow on.",
)
GAP = Text(
    "يترك التغيير دقائق بلا قاعدة في المنطقة {number}: {minutes}. لا يُحفظ.",
    "The change leaves minutes of zone {number} without a rule: {minutes}. It is not kept.",
)
DECIDED = Text("بُتّ في هذا التغيير من قبل.", "This change was decided already.")


def change_of(row: RuleChange) -> Change:
    """Read what a row says as a value."""
    return Change(
        zone_id=row.zone_id,
        number="" if row.zone is None else row.zone.number,
        span=Span(row.first, row.after),
        draft=from_json(row.sort, row.draft),
        source=row.source,
    )


def sort_of(change: Change) -> str:
    """Return what a change changes, as it is stored."""
    if isinstance(change.draft, HoursDraft):
        return RuleChange.Sort.HOURS
    return RuleChange.Sort.PRICE if isinstance(change.draft, PriceDraft) else RuleChange.Sort.TERMS


def _check(change: Change, at: dt.datetime) -> None:
    """Refuse a change of days that have begun, and one that takes the rule from a minute."""
    today = city_day(at)
    if change.span.first is None or change.span.first <= today:
        first = change.span.first or today
        raise Problem(409, "rules_applied", BEGUN.with_values(day=f"{first:%d/%m/%Y}"))
    for proof in prove(zone_book(), change):
        if proof.is_worse:
            told = GAP.with_values(
                number=proof.zone.number, minutes=f"{proof.gap_after - proof.gap_before:,}"
            )
            raise Problem(422, "rules_gap", told)


def _facts(row: RuleChange) -> dict[str, Any]:
    return {
        "sort": row.sort,
        "zone": row.zone.number if row.zone else None,
        "from": str(row.first),
        "to": None if row.after is None else str(row.after),
        "source": row.source,
        **row.draft,
    }


@acting
def propose(*, change: Change, by: Actor, at: dt.datetime) -> RuleChange:
    """Write a change down for another person; raises Problem 409 or 422 where it cannot be set."""
    _check(change, at)
    if by.person_id is None or change.span.first is None:
        raise not_found()
    row = RuleChange.objects.create(
        sort=sort_of(change),
        zone=None if change.zone_id is None else Zone.objects.get(pk=change.zone_id),
        first=change.span.first,
        after=change.span.after,
        draft=as_json(change.draft),
        source=change.source,
        proposed_by_id=by.person_id,
        proposed_by_name=by.name,
        proposed_by_role=by.role,
        proposed_for_id=by.for_person_id,
        proposed_at=at,
    )
    record(stream=row.stream, act="proposed", by=by, at=at, facts=_facts(row))
    return row


def _waiting(public_id: str) -> RuleChange:
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
    rows = RuleChange.objects.select_for_update(of=("self",)).select_related("zone")
    row = rows.filter(public_id=public_id).first()  # unique
    if row is None:
        raise not_found()
    if row.state != RuleChange.State.PROPOSED:
        raise Problem(409, "not_now", DECIDED)
    return row


def proposer_of(row: RuleChange) -> Actor:
    """Return who proposed a change."""
    return Actor(
        row.proposed_by_id, row.proposed_by_name, row.proposed_by_role, row.proposed_for_id
    )


@acting
def confirm(*, public_id: str, by: Actor, at: dt.datetime) -> RuleChange:
    """Set a proposed change: the rows that hold end where it begins, and its own are added.

    Raises Problem 403 for who proposed it or may act for them, 409 where it was decided or its
    first day has begun, 422 where it would leave a gap by now.
    """
    row = _waiting(public_id)
    four_eyes(proposer_of(row), by, on=city_day(at))
    change = change_of(row)
    _check(change, at)
    _write(change)
    return _decided(row, by, at, state=RuleChange.State.SET, why="")


@acting
def drop(*, public_id: str, by: Actor, at: dt.datetime, why: str) -> RuleChange:
    """Let a proposed change fall, also one's own; the reason is kept."""
    return _decided(_waiting(public_id), by, at, state=RuleChange.State.DROPPED, why=why)


def _decided(
    row: RuleChange, by: Actor, at: dt.datetime, *, state: RuleChange.State, why: str
) -> RuleChange:
    row.state, row.decided_by_name, row.decided_at, row.why = state, by.name, at, why
    row.save(update_fields=["state", "decided_by_name", "decided_at", "why"])
    facts = {**_facts(row), **({"why": why} if why else {})}
    record(stream=row.stream, act=str(state.value), by=by, at=at, facts=facts)
    return row


def _cut(rows: QuerySet[Any], by: Span) -> None:
    """Leave of stored rows what lies before and after a change; past days stay theirs."""
    for row in rows.filter(valid__overlap=DateRange(by.first, by.after)):
        pieces = left_of(span(row.valid), by)
        if not pieces:  # it would have begun with the change or later: it never held
            row.delete()
            continue
        for piece in pieces:
            row.valid = DateRange(piece.first, piece.after)
            row.save(force_insert=row.pk is None)
            row.pk = None


def _write(change: Change) -> None:
    draft, valid = change.draft, DateRange(change.span.first, change.span.after)
    whose = Q(zone=None) if change.zone_id is None else Q(zone_id=change.zone_id)
    if isinstance(draft, HoursDraft):
        same = PaidHours.objects.filter(whose, in_ramadan=draft.in_ramadan)
        _cut(same, change.span)
        free = None if draft.free_weekdays is None else sorted(draft.free_weekdays)
        for part, (opens, closes) in enumerate(sorted(draft.clocks), start=1):
            PaidHours.objects.create(
                zone_id=change.zone_id, valid=valid, part=part, opens=opens, closes=closes,
                in_ramadan=draft.in_ramadan, on_holidays=draft.on_holidays, free_weekdays=free,
                source=change.source,
            )  # fmt: skip
    elif isinstance(draft, PriceDraft):
        kind = TariffKind.PARKING
        _cut(Tariff.objects.filter(kind=kind, zone_code=change.number), change.span)
        Tariff.objects.create(
            kind=kind, zone_code=change.number, valid=valid, amount_baisa=draft.amount_baisa,
            per_minutes=draft.per_minutes, source=change.source,
        )  # fmt: skip
    else:
        _cut(TicketTerms.objects.filter(whose), change.span)
        TicketTerms.objects.create(
            zone_id=change.zone_id, valid=valid, step_minutes=draft.step,
            least_minutes=draft.least, most_minutes=draft.most, source=change.source,
        )  # fmt: skip
