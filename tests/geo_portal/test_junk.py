"""Junk through every door: whatever is sent to a page or the API, no answer is a fault of ours.

Each form gets every field that any form has, all with the same junk; each address is also asked
by query, and sent bodies that are none.  What a request did is taken back before the next.
"""

import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client

from municipality import asked
from municipality.billing.models import Bill
from municipality.cases.actions import move
from municipality.people.access import ANYONE, PARTNER, SIGNED_IN
from municipality.people.roles import CODES
from tests.billing.builders import a_branch, a_terminal
from tests.builders import a_person
from tests.cases.builders import MORNING, a_town, acting, an_extract
from tests.codebase.test_habits import PACKAGES, all_patterns, operations
from tests.geo_portal.test_access_matrix import FILLED, filled, methods_of

pytestmark = pytest.mark.django_db
TEMPLATES = Path(__file__).resolve().parents[2] / "geo_portal" / "templates"
FIELDS = sorted(
    {
        name
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r'name="([a-z_]+)"', path.read_text(encoding="utf-8"))
    }
)
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
DIGITS = "9" * 5_000  # more than int() takes
JUNK = (
    "", "\x00", DIGITS, "9" * 19, "-1", "²", "٣", "1.5", "\ud800", "9999-12-31", "0001-01-01",
    "x" * 10_000, "{0.__class__}%s", "\r\nX: y",
)  # fmt: skip
BODIES = (
    (b"", JSON), (b"{", JSON), (b"[" * 5_000, JSON), (b'{"a":1,"a":2}', JSON), (b"[1e999]", JSON),
    (b"\xff\xfe", JSON), (b"text=%FF&edge=%C0%80", FORM), (b"a=1", FORM + "; charset=none"),
    (b"x", "multipart/form-data"), (b"a=1", "text/plain"), (b"a=1", ""),
)  # fmt: skip
VALUES = (None, True, -1, 2**70, 1.5, "\x00", "\ud800", "x" * 10_000, [], {}, [[1]])
# One by one, for an address refuses what it does not know.
ASKED = (
    ("q", "\x00"), ("q", "\ud800"), ("day", "9999-12-31"), ("to", "9999-12-31"), ("before", DIGITS),
    ("page", DIGITS), ("on", "0001-01-01"),
)  # fmt: skip
ALWAYS = ("\x00", DIGITS, "9999-12-31")  # what has broken a page before; of the rest some at each
KEYS = (
    "edge", "text", "seen", "language", "purpose", "key", "for", "name", "password", "code",
    "work", "plot", "owner", "site", "mapping", "plate", "zone", "minutes", "country", "at",
)  # fmt: skip
OF_BILLS = ("pay/", "cashier/bills/")
WHO = (
    "", "citizen", "registrar", "cashier", "supervisor", "admin", "editor", "hall", "auditor",
    "office", "architect", "site_inspector", "inspector", "zone_manager", "agent",
)  # fmt: skip


def opener(allowed: tuple[str, ...]) -> str:
    """The one of WHO by whom a door is tried."""
    if ANYONE in allowed or PARTNER in allowed:
        return ""
    return "citizen" if SIGNED_IN in allowed else next(who for who in WHO if who in allowed)


def doors(who: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Addresses and methods of those who open them."""
    for route, callback in all_patterns():
        for function in operations(callback):
            ours = function.__module__.split(".")[0] in PACKAGES
            if ours and opener(getattr(function, "open_to", (ANYONE,))) == who:
                yield route, methods_of(callback, function)


def some(of: Sequence[Any], route: str, count: int) -> list[Any]:
    """Some of many, others at each address and the same in every run."""
    return random.Random(route).sample(of, count)


def junk_for(route: str) -> Iterator[tuple[bytes, str]]:
    """Bodies for one address."""
    if route.startswith("api/"):
        yield from BODIES
        yield from ((json.dumps({key: it}).encode(), JSON) for key in KEYS for it in VALUES)
        return
    yield from some(BODIES, route, 2)
    for junk in (*ALWAYS, *some(JUNK, route, 2)):
        values = dict.fromkeys(FIELDS, junk.encode("utf-8", "surrogatepass"))
        yield urlencode({**values, "why": "x", "reason": "x", "source": "x"}).encode(), FORM


class Doors:
    """Somebody who tries doors, and what went wrong behind them."""

    def __init__(self, who: str, ids: dict[str, str]) -> None:
        self.client = Client(raise_request_exception=False, headers={"Accept": "application/json"})
        if who:
            self.client.force_login(a_person(f"a_{who}", who) if who != "citizen" else ids["me"])
        self.ids, self.tried, self.faults = ids, 0, set[str]()

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "") -> int:
        """Ask once and take back what it did."""
        self.tried += 1
        with transaction.atomic():
            answer = self.client.generic(method, path, body, content_type=kind)
            transaction.set_rollback(True)
        if answer.status_code >= 500 and answer.status_code not in (501, 503):
            self.faults.add(f"{method} {path[:80]} {body[:60]!r}")
        return answer.status_code

    def try_one(self, route: str, methods: tuple[str, ...]) -> None:
        """Try one address with everything."""
        of_a_bill = {"public_id": self.ids["bill"]} if route.startswith(OF_BILLS) else {}
        path = filled(route, {**FILLED, **self.ids, **of_a_bill})
        if "GET" in methods:
            for name, junk in ASKED:
                sent = urlencode({name: junk.encode("utf-8", "surrogatepass")})
                self.ask("GET", f"{path}?{sent}")
        if "POST" in methods and self.ask("POST", path, b"", FORM) != 405:
            for body, kind in junk_for(route):
                self.ask("POST", path, body, kind)
        (method,) = some(("PUT", "PATCH", "DELETE"), route, 1)
        self.ask(method, path, b'{"a": 1}', JSON)


@pytest.fixture
def ids() -> dict:
    """Things that are there, so that the junk gets past the door."""
    town = a_town()
    case = an_extract(town)
    move(case_id=case.pk, edge="accept", by=acting(town.registrar), at=MORNING)
    a_terminal(branch=a_branch())
    return {
        "me": town.citizen, "bill": Bill.objects.get().public_id, "plot_id": str(town.plot.pk), "year": "2026",
        "public_id": case.public_id, "code": "plot_extract.submit.applicant",
    }  # fmt: skip


@pytest.mark.parametrize("who", WHO)
def test_no_junk_is_a_fault_of_ours(who: str, ids: dict) -> None:
    tried = Doors(who, ids)
    for route, methods in doors(who):
        tried.try_one(route, methods)
    assert tried.tried > 20 and not tried.faults, sorted(tried.faults)


def test_every_role_has_somebody_who_tries_its_doors() -> None:
    assert set(WHO) - {""} <= set(CODES)
    assert all(any(doors(who)) for who in WHO)


def test_control_a_day_beyond_the_calendar_would_be_seen(monkeypatch, ids: dict) -> None:
    monkeypatch.setattr(asked, "LAST_YEAR", 9999)
    tried = Doors("supervisor", ids)
    tried.try_one("takings/", ("GET",))
    assert tried.faults
