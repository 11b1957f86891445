"""Quotes: what a ticket of a zone would cost for each of the lengths asked for; nothing is kept."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from municipality import asked
from municipality.moments import utc_text
from municipality.problems import bad_value
from municipality.words import Text
from parking_zones.apds.common import ISSUER, Json, amount, id_of, reference
from parking_zones.apds.dated import regime_on, version_on
from parking_zones.apds.rates import zone_rate_id
from parking_zones.apds.specs import spec_days, ticket_id
from parking_zones.tickets.quotes import price_stay
from parking_zones.zones.book import ZoneBook, ZoneOnDay
from parking_zones.zones.models import Zone
from parking_zones.zones.queries import city_time

MEMBERS = {
    "id", "version", "periodStart", "periodEnd", "timePeriods", "requestTime",
    "referencedRightSpecifications",
}  # fmt: skip
MOST_LENGTHS, LONGEST_ID = 24, 100
NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)  # of a text that is always there
DURATION = re.compile(r"P(?:(\d{1,2})D)?(?:T(?:(\d{1,3})H)?(?:(\d{1,4})M)?)?")
NOT_KNOWN = Text("الحقل غير معروف هنا: {name}.", "This member is not known here: {name}.")
OBJECT = Text("أرسل طلب سعر واحدًا ككائن JSON.", "Send one request for a quote, a JSON object.")
NEEDED = Text("الحقل {name} لازم.", "{name} is needed.")
ONE_SPEC = Text("اذكر حقًا واحدًا بمعرّفه.", "Refer to one right specification by its id.")
LENGTH = Text(
    "المدة بالأيام والساعات والدقائق، مثل PT90M.",
    "A length is in days, hours and minutes, such as PT90M.",
)
ONE_END = Text("اكتب نهاية الوقوف أو مددًا له.", "Give either the end of the stay or lengths of it.")


@dataclass(frozen=True, slots=True)
class Request:
    """A request for quotes as it was understood: one right, from a moment, for some lengths."""

    id: str
    version: int
    spec_id: str
    start: dt.datetime
    requested: dt.datetime
    lengths: tuple[int, ...]


def _text(body: Mapping[str, Any], name: str) -> str:
    found = body.get(name)
    if not isinstance(found, str) or not 0 < len(found) <= LONGEST_ID or not found.isprintable():
        raise bad_value(name, NEEDED.with_values(name=name), status=400)
    return found


def _length(text: Any) -> int:
    """Read a duration as whole minutes; raises Problem 400."""
    found = DURATION.fullmatch(text) if isinstance(text, str) and text.isascii() else None
    if found is None or not any(found.groups()):
        raise bad_value("timePeriods", LENGTH, status=400)
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return (days * 24 + hours) * 60 + minutes


def _lengths(body: Mapping[str, Any], start: dt.datetime) -> tuple[int, ...]:
    periods = body.get("timePeriods")
    if ("periodEnd" in body) == (periods is not None):
        raise bad_value("periodEnd", ONE_END, status=400)
    if periods is None:
        end = asked.moment(_text(body, "periodEnd"), name="periodEnd", default=start)
        minutes, seconds = divmod((end - start).total_seconds(), 60)
        if seconds:
            raise bad_value("periodEnd", LENGTH, status=400)
        return (int(minutes),)
    if not isinstance(periods, list) or not 0 < len(periods) <= MOST_LENGTHS:
        raise bad_value("timePeriods", LENGTH, status=400)
    return tuple(dict.fromkeys(_length(text) for text in periods))


def _spec(body: Mapping[str, Any]) -> str:
    """Return the id of the one right asked for; an ``elementId`` beside it changes nothing."""
    rows = body.get("referencedRightSpecifications")
    row = rows[0] if isinstance(rows, list) and len(rows) == 1 else None
    told = row.get("rightSpecificationId") if isinstance(row, dict) else None
    if not isinstance(told, dict) or not isinstance(told.get("id"), str):
        raise bad_value("referencedRightSpecifications", ONE_SPEC, status=400)
    return str(told["id"]).lower()


def read_request(body: Any) -> Request:
    """Read a QuoteRightRequest; raises Problem 400, 422."""
    if not isinstance(body, dict):
        raise bad_value("", OBJECT, status=400)
    for name in body.keys() - MEMBERS:
        raise bad_value(name[:40], NOT_KNOWN.with_values(name=name[:40]), status=400)
    version = body.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise bad_value("version", NEEDED.with_values(name="version"), status=400)
    moments = {
        name: asked.moment(_text(body, name), name=name, default=NEVER)
        for name in ("periodStart", "requestTime")
    }
    start = moments["periodStart"]
    return Request(
        _text(body, "id"), version, _spec(body), start, moments["requestTime"],
        _lengths(body, start),
    )  # fmt: skip


def _option(zone: ZoneOnDay | None, request: Request, minutes: int, book: ZoneBook) -> Json:
    """Price one length; raises Problem 422 for one that is not sold, 409 for a gap."""
    on = city_time(request.start).date()
    priced = price_stay(book, zone, start=request.start, minutes=minutes)
    regime = regime_on(book, zone, on=on)
    version = version_on(spec_days(book, zone), on)
    told: Json = {
        "id": id_of(f"option/{request.spec_id}/{utc_text(request.start)}/{minutes}"),
        "version": 1,
        "boolean": True,
        "quoteExpiration": {"firstComeFirstServed": True},
        "financialQuote": {
            "serviceProvider": ISSUER, "taxIncluded": True,
            "value": amount(priced.charge.amount),
        },
    }  # fmt: skip
    if regime is not None:
        told["identifiers"] = [
            {
                "rateTableId": reference(zone_rate_id(zone), regime.version, "RateTable"),
                "rightSpecificationId": reference(ticket_id(zone), version, "RightSpecification"),
            }
        ]
    return told


def _sold(book: ZoneBook, on: dt.date) -> dict[str, ZoneOnDay | None]:
    """Return where tickets are sold on a day, by the ids of their rights."""
    zones = [zone for zone in book.on_day(on) if zone.kind == Zone.Kind.PAID]
    if not zones:
        return {}
    found: dict[str, ZoneOnDay | None] = {ticket_id(zone): zone for zone in zones}
    if any(book.is_good_in(None, zone, day=on) for zone in zones):
        found[ticket_id(None)] = None
    return found


def quotes(request: Request, book: ZoneBook, *, at: dt.datetime) -> list[Json]:
    """Answer a request: a response for each length, or one that says there is no such right.

    Raises Problem 422 for a length that is not sold, 409 where hours, prices or terms have a gap.
    """
    sold = _sold(book, city_time(request.start).date())
    told = []
    for minutes in request.lengths:
        end = request.start + dt.timedelta(minutes=minutes)
        answer: Json = {
            "id": id_of(f"quote/{request.id}/{request.version}/{minutes}"),
            "version": 1,
            "start": utc_text(request.start),
            "end": utc_text(end),
            "requestTime": utc_text(request.requested),
            "responseTime": utc_text(at),
            "quoteRequestId": reference(request.id, request.version, "QuoteRightRequest"),
        }
        if request.spec_id in sold:
            answer["options"] = [_option(sold[request.spec_id], request, minutes, book)]
        else:
            answer["reason"] = "noMatchingSpecification"
        told.append(answer)
    return told
