"""What the platform does with the rules of San Francisco once they are imported.

The file names no price; that of the test is a row of its own from July 2016 on, 2.25 dollars an
hour, in one zone whose rule holds on every day of the week.
"""

import datetime as dt
import json
import os
from itertools import combinations
from pathlib import Path
from typing import Any

import shapely

JULY = dt.date(2016, 7, 1)
SPRING, AUTUMN = dt.date(2016, 3, 13), dt.date(2016, 11, 6)


def _price(zone: Any) -> None:
    """From July on an hour costs 2.25 dollars."""
    from municipality.billing.models import Tariff

    free = Tariff.objects.get(zone_code=zone.number)
    Tariff.objects.filter(pk=free.pk).update(valid=(free.valid.lower, JULY))
    Tariff.objects.create(
        kind="parking", zone_code=zone.number, valid=(JULY, None), amount_baisa=225,
        per_minutes=60, source="test",
    )  # fmt: skip


def _day(book: Any, zone: Any, day: dt.date) -> list[float]:
    """The paid minutes of a day and what all of it costs."""
    from parking_zones.pricing.charge import charge

    clock = book.calendar.zone
    start = dt.datetime.combine(day, dt.time(), clock)
    after = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), clock)
    found = charge(start=start, end=after, rules=book.rules(zone))
    return [found.paid_minutes, found.amount]


def _told(address: str, **query: object) -> Any:
    from django.test import Client

    answer = Client().get(address, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def _quoted(spec: str) -> list[float]:
    """What an hour costs on the longest day of the year, and the whole of the limit before it."""
    from django.test import Client

    found = []
    for start, length in (("2016-11-06T09:00:00", "PT60M"), ("2016-11-05T15:00:00", "PT120M")):
        body = {
            "id": "q", "version": 1, "periodStart": start, "requestTime": "2016-11-05T00:00:00Z",
            "timePeriods": [length],
            "referencedRightSpecifications": [{"rightSpecificationId": {"id": spec, "version": 1}}],
        }  # fmt: skip
        answer = Client().post("/apds/quotes", json.dumps(body), "application/json")
        assert answer.status_code == 200, answer.content
        option = answer.json()["data"][0]["options"][0]
        found.append(option["financialQuote"]["value"]["currencyValue"])
    return found


def _faults(data: Path, policies: Any, zones: Any, apds: dict[str, Any]) -> tuple[list[str], int]:
    """What the published schemas have against the answers, and against a broken one."""
    from jsonschema import Draft202012Validator
    from referencing import Registry

    from tests.parking_zones.apds_schema import faults, validator
    from tests.parking_zones.test_curbs import mended

    folder = Path(os.environ.get("GEO_TEST_SPEC") or data.resolve().parent / "spec")
    path = folder / "openmobilityfoundation+cds-openapi" / "APIs" / "Curbs API.yaml"
    found: list[str] = []
    broken = 0
    for name, body in (("policies", policies), ("zones", zones)):
        place = f"#/paths/~1curbs~1{name}/get/responses/200/content/application~1json/schema"
        registry: Registry[Any] = Registry(retrieve=mended)
        asked = Draft202012Validator({"$ref": path.as_uri() + place}, registry=registry)
        found += [error.message[:200] for error in asked.iter_errors(body)]
        worse = json.loads(json.dumps(body))
        del worse["data"][name][0]["published_date"]
        broken += len(list(asked.iter_errors(worse)))
    for name, body in apds.items():
        found += faults(validator(folder, name), body)
    return found, broken


def swept() -> dict[str, int]:
    """The curb zones that are cut out for bans, in zones and outside them, and their policies."""
    from parking_zones.curbs.features import curb_zones
    from parking_zones.curbs.policies import ban_policy
    from parking_zones.zones.book import zone_book

    book = zone_book()
    pieces = [one for one in curb_zones(book, on=AUTUMN) if one.bans]
    policies = {ban_policy(one.bans, book, on=AUTUMN)["curb_policy_id"] for one in pieces}
    outside = sum(one.zone is None for one in pieces)
    return {"inside": len(pieces) - outside, "outside": outside, "policies": len(policies)}


def priced_and_published(data: Path) -> dict[str, Any]:
    """Price stays and publish the zones; returns what ``real_cities`` looks at."""
    from municipality.stored import shape_of
    from parking_zones.models import Bay, PaidHours, ZoneVersion
    from parking_zones.zones.bays import zone_of_bay
    from parking_zones.zones.book import zone_book

    shapes = [shape_of(row.boundary) for row in ZoneVersion.objects.all()]
    overlap = sum(shapely.intersection(a, b).area for a, b in combinations(shapes, 2))
    daily = PaidHours.objects.filter(opens=dt.time(7), closes=dt.time(21), free_weekdays=[])
    row = daily.select_related("zone").order_by("zone__number")[0]
    before = zone_book()
    zone = before.numbered(row.zone.number, day=SPRING)
    assert zone is not None
    free = _day(before, zone, SPRING)
    _price(row.zone)
    book = zone_book()
    at = round(dt.datetime(2016, 11, 6, 12, tzinfo=book.calendar.zone).timestamp() * 1000)
    policies, zones = _told("/cds/curbs/policies", time=at), _told("/cds/curbs/zones", time=at)
    apds = {f"/{name}": _told(f"/apds/{name}") for name in ("places", "rates", "rights/specs")}
    faults, broken = _faults(data, policies, zones, apds)
    (spec,) = [
        one
        for one in apds["/rights/specs"]["data"]
        if one["description"][1]["string"] == f"Parking ticket of zone {row.zone.number}"
    ]
    rate_id = spec["rateEligibility"][0]["rateTable"]["id"]
    rates = {one["id"]: one for one in apds["/rates"]["data"]}
    return {
        "overlap_m2": overlap,
        "zones": len({one["user_zone_id"] for one in zones["data"]["zones"]}),
        "bays_in_a_zone": sum(zone_of_bay(bay, on=AUTUMN) is not None for bay in Bay.objects.all()),
        "policies": len(policies["data"]["policies"]),
        "currency": policies["currency"],
        "clock": policies["time_zone"],
        "faults": faults,
        "faults_when_broken": broken,
        "spring": free,
        "autumn": _day(book, zone, AUTUMN),
        "rate": rates[rate_id]["rateLineCollections"][0]["rateLines"][0]["value"],
        "quoted": _quoted(spec["id"]),
    }  # fmt: skip
