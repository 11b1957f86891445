"""Right specifications: the ticket of each zone, and each kind of permit where it is good.

The validity of a ticket's right is when parking is paid, so when it is needed: the hours of each
day, without days of rest, holidays and the hours that Ramadan puts in their place.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from municipality.billing.tariffs.models import TariffKind
from municipality.calendar.rest_days import NoCalendar, Span
from municipality.words import Text
from parking_zones.apds.common import (
    ISSUER,
    Json,
    begins,
    id_of,
    in_words,
    reference,
)
from parking_zones.apds.dated import (
    Regime,
    change_days,
    common,
    regime_on,
    rule_spans,
    version_on,
    without,
)
from parking_zones.apds.places import city_days, zone_reference
from parking_zones.apds.rates import permit_rate_id, zone_rate_id
from parking_zones.parking_permits.models import PermitKind
from parking_zones.pricing.paid_hours import MIDNIGHT, HoursRule
from parking_zones.zones.bays import zones_with_bays
from parking_zones.zones.book import ZoneBook, ZoneOnDay
from parking_zones.zones.models import Bay, Zone

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TICKET = Text("تذكرة موقف في المنطقة {number}", "Parking ticket of zone {number}")
PLACELESS = Text("تذكرة موقف بلا موقع", "Parking ticket without a place")
PERMITS = {
    PermitKind.ONE_ZONE: Text("تصريح للمنطقة {number}", "Permit for zone {number}"),
    PermitKind.SPECIAL: Text("تصريح وقوف خاص، المنطقة {number}", "Special permit, zone {number}"),
    PermitKind.RESERVED_BAY: Text(
        "موقف محجوز في المنطقة {number}: الموقف المذكور في التصريح وحده",
        "Reserved bay in zone {number}: only the bay that the permit names",
    ),
    PermitKind.ALL_ZONES: Text("تصريح لكل المناطق", "Permit for all zones"),
}
ANYONE = Text("لكل سائق", "Any driver")


def ticket_id(zone: ZoneOnDay | None) -> str:
    """Return the id of the ticket's right in a zone; None: of a ticket without a place."""
    return id_of(f"right/ticket/{0 if zone is None else zone.zone_id}")


def permit_id(kind: str, zone: ZoneOnDay | None) -> str:
    """Return the id of a kind of permit in a zone; None: in all of them."""
    return id_of(f"right/{kind}/{0 if zone is None else zone.zone_id}")


def spec_ids(zone: ZoneOnDay | None) -> set[str]:
    """Return the ids of all rights of a zone; None: of those without one."""
    return {ticket_id(zone), *(permit_id(kind, zone) for kind in PermitKind)}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rights of a day are written from: ``rates`` are references by id."""

    book: ZoneBook
    on: dt.date
    rates: Mapping[str, Json]
    zones_with_bays: frozenset[int]


def facts_of(book: ZoneBook, *, on: dt.date, rates: Mapping[str, Json]) -> Facts:
    """Return what the rights of a day are written from."""
    return Facts(book, on, rates, zones_with_bays(book, on=on, kind=Bay.Kind.RESERVED))


def spec_days(book: ZoneBook, zone: ZoneOnDay | None) -> list[dt.date]:
    """Return the days on which the rights of a zone change: their versions."""
    spans = [*rule_spans(book, zone), *(rule.span for rule in book.calendar.weekends)]
    return sorted({*change_days(spans), *city_days(book)})


def _day_periods(rule: HoursRule, days: Span, facts: Facts) -> Json:
    """Write the daily span of an hours row over some days; raises NoCalendar."""
    free = rule.free_weekdays
    if free is None:
        free = facts.book.calendar.weekend_on(facts.on)
    closes = "24:00:00" if rule.closes == MIDNIGHT else f"{rule.closes:%H:%M:%S}"
    return {
        **_span_of(days),
        "recurringDayWeekMonthPeriod": [
            {"applicableDay": [name for n, name in enumerate(WEEKDAYS, 1) if n not in free]}
        ],
        "recurringTimePeriodOfDay": [
            {"startTimeOfPeriod": f"{rule.opens:%H:%M:%S}", "endTimeOfPeriod": closes}
        ],
    }


def _span_of(days: Span) -> Json:
    said = {"startOfPeriod": begins(days.first)}
    if days.after is not None:
        said["endOfPeriod"] = begins(days.after)
    return said


def _validity(regime: Regime, facts: Facts) -> Json:
    """Write when parking is paid; raises NoCalendar for a gap in the days of rest.

    An exception ends all periods at once, so holidays are exceptions only where no hours hold on
    them; else they are cut out of the hours that do not.
    """
    calendar, year = facts.book.calendar, Span(dt.date(facts.on.year, 1, 1), None)
    holidays = [one for one in calendar.holidays if common(one.span, year)]
    months = [one.span for one in calendar.ramadans if common(one.span, year)]
    some_on_holidays = any(rule.on_holidays for rule in regime.hours)
    fasting = any(rule.in_ramadan for rule in regime.hours)
    periods = []
    for rule in regime.hours:
        days = common(regime.span, rule.span)
        held = [] if days is None else [days]
        if rule.in_ramadan:
            held = [span for one in held for month in months if (span := common(one, month))]
        elif fasting:
            held = [span for one in held for span in without(one, months)]
        if some_on_holidays and not rule.on_holidays:
            cuts = [one.span for one in holidays]
            held = [span for one in held for span in without(one, cuts)]
        periods += [_day_periods(rule, span, facts) for span in held]
    whole: Json = {"overallStartTime": begins(regime.span.first), "validPeriods": periods}
    if regime.span.after is not None:
        whole["overallEndTime"] = begins(regime.span.after)
    if not some_on_holidays:
        whole["exceptionPeriods"] = [
            {"periodName": in_words(Text(one.name_ar, one.name_en)), **_span_of(one.span)}
            for one in holidays
        ]
    return {
        "validityStatus": "definedByValidityTimeSpec", "validityTimeSpecification": whole,
    }  # fmt: skip


def _spec(id_: str, name: Text, version: int, places: Sequence[Json]) -> Json:
    return {
        "id": id_,
        "version": version,
        "description": in_words(name),
        "issuer": ISSUER,
        "transferable": False,
        "hierarchyElements": list(places),
        "credentials": [{"type": "licensePlate"}],
    }


def _eligible(id_: str, version: int, rate: Json | None) -> list[Json]:
    """Write by which rate table a right is priced; none where the tables have a gap."""
    if rate is None:
        return []
    who = {"id": id_of("eligibility/anyone"), "version": 1, "eligibilityName": in_words(ANYONE)}
    return [
        {
            "id": id_of(f"eligible/{id_}"), "version": version, "priority": 1,
            "eligibility": who, "rateTable": rate,
        }
    ]  # fmt: skip


def _good_in(zone: ZoneOnDay | None, facts: Facts) -> list[Json]:
    """Return the zones in which a ticket of a zone is good, its own first."""
    owner = None if zone is None else zone.zone_id
    good = facts.book.good_zones(owner, day=facts.on)
    return [zone_reference(one) for one in sorted(good, key=lambda one: one.zone_id != owner)]


def ticket_spec(zone: ZoneOnDay | None, facts: Facts) -> Json | None:
    """Write the ticket of a zone; None for one that is not sold, or whose tables have a gap."""
    regime = regime_on(facts.book, zone, on=facts.on)
    places = _good_in(zone, facts)
    if regime is None or not places or (zone is not None and zone.kind != Zone.Kind.PAID):
        return None
    try:
        validity = _validity(regime, facts)
    except NoCalendar:
        return None
    id_, version = ticket_id(zone), version_on(spec_days(facts.book, zone), facts.on)
    name = PLACELESS if zone is None else TICKET.with_values(number=zone.number)
    return {
        **_spec(id_, name, version, places),
        "type": "oneTimeUseParking",
        "rateEligibility": _eligible(id_, version, facts.rates.get(zone_rate_id(zone))),
        "validity": validity,
    }


def _permit_rate(kind: PermitKind, zone: ZoneOnDay | None, facts: Facts) -> Json | None:
    """Return the rate table of a kind of permit in a zone: its own, else the city's."""
    number = "" if zone is None else zone.number
    if kind == PermitKind.ONE_ZONE:
        own = facts.rates.get(permit_rate_id(TariffKind.PARKING_PERMIT_ZONE, number))
        return own or facts.rates.get(permit_rate_id(TariffKind.PARKING_PERMIT_ZONE, ""))
    if kind == PermitKind.RESERVED_BAY:
        is_paid = facts.book.price(number=number, day=facts.on) is not None
        bay = TariffKind.PARKING_PERMIT_BAY if is_paid else TariffKind.PARKING_PERMIT_BAY_FREE
        return facts.rates.get(permit_rate_id(bay, ""))
    tariff = (
        TariffKind.PARKING_PERMIT_ALL
        if kind == PermitKind.ALL_ZONES
        else TariffKind.PARKING_PERMIT_SPECIAL
    )
    return facts.rates.get(permit_rate_id(tariff, ""))


def permit_spec(kind: PermitKind, zone: ZoneOnDay | None, facts: Facts) -> Json:
    """Write one kind of permit in a zone; None: in all zones of the day."""
    id_, version = permit_id(kind, zone), version_on(spec_days(facts.book, zone), facts.on)
    zones = facts.book.on_day(facts.on) if zone is None else [zone]
    name = PERMITS[kind].with_values(number="" if zone is None else zone.number)
    return {
        **_spec(id_, name, version, [zone_reference(one) for one in zones]),
        "type": "permitParking",
        "rateEligibility": _eligible(id_, version, _permit_rate(kind, zone, facts)),
    }


def _of_zone(zone: ZoneOnDay, facts: Facts) -> list[Json | None]:
    kinds = [PermitKind.ONE_ZONE, PermitKind.SPECIAL]
    if zone.zone_id in facts.zones_with_bays:
        kinds.append(PermitKind.RESERVED_BAY)
    return [ticket_spec(zone, facts), *(permit_spec(kind, zone, facts) for kind in kinds)]


def specs(facts: Facts) -> list[Json]:
    """Write the rights of a day: tickets with a place and without, and the kinds of permit."""
    zones = facts.book.on_day(facts.on)
    if not zones:
        return []
    found = [
        ticket_spec(None, facts),
        permit_spec(PermitKind.ALL_ZONES, None, facts),
        *(spec for zone in zones for spec in _of_zone(zone, facts)),
    ]
    return [spec for spec in found if spec is not None]


def by_place(rows: Sequence[Json]) -> dict[str, list[Json]]:
    """Return references to the rights that may be had in each place, by the place's id."""
    found: dict[str, list[Json]] = {}
    for row in rows:
        told = reference(row["id"], row["version"], "RightSpecification")
        for place in row["hierarchyElements"]:
            found.setdefault(place["id"], []).append(told)
    return found
