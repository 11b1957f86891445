"""What a permit would cost and where it would be good, before anything is sent."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from municipality import geojson
from municipality.billing.bills.facts import Line
from municipality.billing.tariffs.queries import NoTariff
from municipality.city_time import city_day
from municipality.problems import bad_value
from municipality.stored import shape_of
from municipality.words import Text
from parking_zones.parking_permits import pricing
from parking_zones.parking_permits.checks import NO_PRICE
from parking_zones.parking_permits.models import PermitKind
from parking_zones.parking_permits.requests import CHOOSE_KIND, CHOOSE_MONTHS, START_DAY, Wanted
from parking_zones.parking_permits.terms import (
    START_WITHIN_DAYS,
    months_after,
    months_allowed,
    months_rule,
)
from parking_zones.parking_permits.zoning import Finding, find_zone
from parking_zones.zones.bays import zone_id_of_bay
from parking_zones.zones.features import zone_json
from parking_zones.zones.models import Bay, Zone
from parking_zones.zones.queries import Share, zone_at


@dataclass(frozen=True, slots=True)
class PermitQuote:
    """The zone that was found, and the lines of the price; no lines while the zone is not sure."""

    finding: Finding | None
    zone: Zone | None
    lines: tuple[Line, ...]
    first: dt.date
    after: dt.date
    source: Text

    @property
    def amount(self) -> int:
        """The sum of the lines, in whole baisa."""
        return sum(line.amount_baisa for line in self.lines)


def _zone_of(wanted: Wanted, *, at: dt.datetime) -> tuple[Finding | None, Zone | None, bool]:
    """Return what was found of the plot, the zone that is priced, and whether that is sure."""
    finding = None if wanted.plot is None else find_zone(plot=wanted.plot, at=at)
    if wanted.kind == PermitKind.ALL_ZONES:
        return finding, None, True
    if wanted.kind == PermitKind.RESERVED_BAY:
        return _of_bay(wanted, at=at)
    chosen = wanted.zone_id
    if finding is not None and chosen is None and finding.share in (Share.INSIDE, Share.PARTLY):
        chosen = finding.zones[0].zone_id
    zone = Zone.objects.filter(pk=chosen or 0).first()  # unique
    return finding, zone, zone is not None


def _of_bay(wanted: Wanted, *, at: dt.datetime) -> tuple[None, Zone | None, bool]:
    """Price a bay where it lies, a pin where it stands; before both, one place of the zone."""
    if wanted.bay_id is not None or wanted.bay_place is not None:
        return None, _zone_of_bay(wanted, at=at), True
    zone = Zone.objects.filter(pk=wanted.zone_id or 0).first()  # unique
    return None, zone, zone is not None


def _zone_of_bay(wanted: Wanted, *, at: dt.datetime) -> Zone | None:
    bay = Bay.objects.filter(pk=wanted.bay_id or 0).first()  # unique
    if bay is not None:
        first = max(wanted.starts_on or city_day(at), city_day(at))
        return Zone.objects.filter(pk=zone_id_of_bay(bay, on=first) or 0).first()  # unique
    if wanted.bay_place is None:
        return None
    found = zone_at(point=wanted.bay_place, accuracy_m=0, at=at).located.candidates
    return Zone.objects.get(pk=found[0].feature.zone_id) if found else None


def quote_permit(wanted: Wanted, *, on: dt.date, at: dt.datetime) -> PermitQuote:
    """Find the zone and price what is wanted; raises Problem 422 for what nobody can ask for."""
    if wanted.kind not in PermitKind.values:
        raise bad_value("kind", CHOOSE_KIND)
    allowed = months_allowed(kind=wanted.kind, on=on)
    if wanted.months not in allowed:
        told = ", ".join(map(str, allowed))
        raise bad_value("months", CHOOSE_MONTHS.with_values(months=told))
    last = on + dt.timedelta(days=START_WITHIN_DAYS)
    if wanted.starts_on is not None and wanted.starts_on > last:
        raise bad_value("starts_on", START_DAY.with_values(last=last.strftime("%d/%m/%Y")))
    finding, zone, is_sure = _zone_of(wanted, at=at)
    first = max(wanted.starts_on or on, on)
    bay = Bay.objects.filter(pk=wanted.bay_id or 0).first()  # unique
    lines: list[Line] = []
    if is_sure:
        priced = pricing.Wanted(wanted.kind, zone, bay, first, wanted.months)
        try:
            lines = pricing.lines_of(priced)
        except NoTariff:
            raise bad_value("months", NO_PRICE) from None
    return PermitQuote(
        finding, zone, tuple(lines), first, months_after(first, wanted.months),
        months_rule(on=on).source,
    )  # fmt: skip


def line_json(line: Line) -> dict[str, Any]:
    """Write one line of a price."""
    return {
        "text": line.text.as_json(),
        "quantity": float(line.quantity),
        "rate_baisa": line.rate_baisa,
        "amount_baisa": line.amount_baisa,
        "source": line.source,
    }


def quote_json(quote: PermitQuote, wanted: Wanted) -> dict[str, Any]:
    """Write a quote: what was found of the plot in words and on the map, and the price."""
    finding = quote.finding
    bays: Mapping[str, Any] = {} if wanted.bay_id is None else _bay_json(wanted.bay_id)
    return {
        "result": None if finding is None else finding.share.value,
        "sentence": None if finding is None else finding.sentence.as_json(),
        "zones": []
        if finding is None
        else [
            {**zone_json(zone), "geometry": geojson.geometry(zone.boundary)}
            for zone in finding.zones
        ],
        "zone": quote.zone.number if quote.zone is not None else None,
        "lines": [line_json(line) for line in quote.lines],
        "amount_baisa": quote.amount if quote.lines else None,
        "valid_from": quote.first.isoformat(),
        "valid_to": quote.after.isoformat(),
        "months_source": quote.source.as_json(),
        **bays,
    }


def _bay_json(bay_id: int) -> dict[str, Any]:
    bay = Bay.objects.filter(pk=bay_id).first()  # unique
    if bay is None:
        return {}
    shape = geojson.geometry(shape_of(bay.shape))
    return {"bay": {"key": bay.register_key, "stalls": bay.stalls, "geometry": shape}}
