"""Rate tables: what a stay costs in a zone, and what a permit costs, as dated rows.

A price of parking runs from the opening of its paid span, so each paid span is a collection of
rate lines that resets at its opening.  APDS has no clock in a rate table but that: on which days
and hours parking is paid is said by the validity of the right (apds/specs.py).
"""

import datetime as dt
from collections.abc import Sequence

from municipality.billing.tariffs.models import Tariff, TariffKind
from municipality.calendar.queries import span
from municipality.calendar.rest_days import Span
from municipality.conf import PROFILE
from municipality.words import Text
from parking_zones.apds.common import (
    Json,
    begins,
    id_of,
    in_currency,
    in_words,
    minutes,
    reference,
)
from parking_zones.apds.dated import Regime, common, regimes
from parking_zones.parking_permits.models import PermitKind
from parking_zones.parking_permits.terms import YEAR, months_allowed
from parking_zones.pricing.paid_hours import HoursRule
from parking_zones.zones.book import ZoneBook, ZoneOnDay
from parking_zones.zones.models import Zone

OF_ZONE = Text("سعر الوقوف في المنطقة {number}", "Price of parking in zone {number}")
OF_NO_PLACE = Text("سعر تذكرة بلا موقع", "Price of a ticket without a place")
PERMIT_KINDS = {
    TariffKind.PARKING_PERMIT_ZONE: PermitKind.ONE_ZONE,
    TariffKind.PARKING_PERMIT_ALL: PermitKind.ALL_ZONES,
    TariffKind.PARKING_PERMIT_BAY: PermitKind.RESERVED_BAY,
    TariffKind.PARKING_PERMIT_BAY_FREE: PermitKind.RESERVED_BAY,
    TariffKind.PARKING_PERMIT_SPECIAL: PermitKind.SPECIAL,
}


def zone_rate_id(zone: ZoneOnDay | None) -> str:
    """Return the id of the rate table of tickets in a zone; None: without a place."""
    return id_of(f"rate/zone/{0 if zone is None else zone.zone_id}")


def permit_rate_id(kind: str, zone_code: str) -> str:
    """Return the id of the rate table of a kind of permit."""
    return id_of(f"rate/{kind}/{zone_code}")


def _valid(span: Span, first: str, after: str) -> Json:
    said = {first: begins(span.first)}
    if span.after is not None:
        said[after] = begins(span.after)
    return said


def _days_of(rule: HoursRule, regime: Regime, book: ZoneBook) -> list[Span]:
    """Return the days on which an hours row can hold: those of Ramadan are named one by one."""
    days = common(regime.span, rule.span)
    if days is None:
        return []
    if not rule.in_ramadan:
        return [days]
    held = (common(days, month.span) for month in book.calendar.ramadans)
    return [span for span in held if span is not None]


def _collection(sequence: int, rule: HoursRule, days: Span, regime: Regime) -> Json:
    price, terms = regime.price, regime.terms
    line = {
        "sequence": 1, "rateLineType": "incrementingRate", "value": in_currency(price.amount_baisa),
        "incrementPeriod": minutes(price.per_minutes), "usageCondition": "unlimited",
    }  # fmt: skip
    return {
        "applicableCurrency": PROFILE.currency,
        "collectionSequence": sequence,
        "minTime": minutes(terms.least),
        "maxTime": minutes(terms.most),
        "relativeTimes": False,
        "resetTime": f"{rule.opens:%H:%M:%S}",
        "taxIncluded": True,
        **_valid(days, "validStart", "validEnd"),
        "rateLines": [line],
    }


def _length(rule: HoursRule) -> int:
    """Minutes of a paid span on the clock; 00:00 is the end of the day."""
    opens, closes = (one.hour * 60 + one.minute for one in (rule.opens, rule.closes))
    return (closes or 24 * 60) - opens


def zone_rate(zone: ZoneOnDay | None, regime: Regime, book: ZoneBook) -> Json:
    """Write one version of the rate table of tickets in a zone."""
    rows = [(rule, days) for rule in regime.hours for days in _days_of(rule, regime, book)]
    name = OF_NO_PLACE if zone is None else OF_ZONE.with_values(number=zone.number)
    return {
        "id": zone_rate_id(zone),
        "version": regime.version,
        "rateTableName": in_words(name),
        **_valid(regime.span, "validityStart", "validityEnd"),
        "rateType": "hourly",
        "activeTimes": [minutes(_length(rule)) for rule in regime.hours],
        "availability": "public",
        "rateLineCollections": [
            _collection(at, rule, days, regime) for at, (rule, days) in enumerate(rows, start=1)
        ],
    }


def _has_lines(regime: Regime, book: ZoneBook) -> bool:
    """Tell whether a rate can be written: hours of Ramadan alone, without its dates, give none."""
    return any(_days_of(rule, regime, book) for rule in regime.hours)


def zone_rates(book: ZoneBook, zones: Sequence[ZoneOnDay | None]) -> list[Json]:
    """Write every version of the rate tables of zones in which tickets are sold."""
    return [
        zone_rate(zone, regime, book)
        for zone in zones
        if zone is None or zone.kind == Zone.Kind.PAID
        for regime in regimes(book, zone)
        if _has_lines(regime, book)
    ]


def _permit_rate(row: Tariff, version: int) -> Json:
    """Write one version of what a permit costs: an amount a month, or a year."""
    kind = PERMIT_KINDS[TariffKind(row.kind)]
    days, unit = span(row.valid), "P1Y" if kind == PermitKind.SPECIAL else "P1M"
    allowed = months_allowed(kind=kind, on=days.first or dt.date.min)
    line = {
        "sequence": 1, "rateLineType": "incrementingRate", "value": in_currency(row.amount_baisa),
        "incrementPeriod": unit, "usageCondition": "unlimited",
    }  # fmt: skip
    label = TariffKind(row.kind).label
    where = f" {row.zone_code}" if row.zone_code else ""
    name = Text(f"{label}{where}", f"{row.kind.replace('_', ' ')}{where}")
    return {
        "id": permit_rate_id(row.kind, row.zone_code),
        "version": version,
        "rateTableName": in_words(name),
        **_valid(days, "validityStart", "validityEnd"),
        "rateType": "contract",
        "activeTimes": [unit],
        "availability": "public",
        "rateLineCollections": [
            {
                "applicableCurrency": PROFILE.currency,
                "collectionSequence": 1,
                "minTime": f"P{min(allowed)}M",
                "maxTime": f"P{max(max(allowed), YEAR if unit == 'P1Y' else 1)}M",
                "relativeTimes": False,
                "resetTime": "00:00:00",
                "taxIncluded": True,
                **_valid(days, "validStart", "validEnd"),
                "rateLines": [line],
            }
        ],
    }


def permit_rates() -> list[Json]:
    """Write every version of what permits cost, a table for each kind and zone code."""
    rows = Tariff.objects.filter(kind__in=[*PERMIT_KINDS]).order_by("kind", "zone_code", "valid")
    found, counted = [], dict[tuple[str, str], int]()
    for row in rows:
        key = (row.kind, row.zone_code)
        counted[key] = counted.get(key, 0) + 1
        found.append(_permit_rate(row, counted[key]))
    return found


def rate_references(rates: Sequence[Json], *, at: str) -> dict[str, Json]:
    """Return, by id, a reference to the version of each table that holds at a moment (as text)."""
    return {
        row["id"]: reference(row["id"], row["version"], "RateTable")
        for row in rates
        if row["validityStart"] <= at < row.get("validityEnd", "9999")
    }
