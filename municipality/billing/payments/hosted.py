"""The adapter for the protocol of the simulator: JSON over HTTP, a hosted page, a bearer key."""

import datetime as dt
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import urllib3
from django.conf import settings

from municipality.billing.payments.gateway import (
    Capture,
    Found,
    Gateway,
    GatewayDown,
    GatewayRefused,
    Order,
    SettledLine,
    minor_units,
)
from municipality.conf import PROFILE

CONNECT_S, SILENT_S, WHOLE_S = 3.0, 5.0, 8.0
MOST_BYTES = 5_000_000
_STATUSES = {"pending", "authorised", "captured", "declined", "expired"}


@contextmanager
def _in_its_form() -> Iterator[None]:
    """Take an answer of another form for none: one bad answer must not end a whole turn."""
    try:
        yield
    except (KeyError, TypeError, AttributeError) as error:
        raise GatewayDown(f"an answer of another form: {type(error).__name__}") from None


class Hosted:
    """One gateway at one address."""

    def __init__(self, *, url: str, key: str) -> None:
        self.url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=CONNECT_S, read=SILENT_S), retries=False
        )

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        """Ask once; raises GatewayDown for silence, a body that drips, a 5xx or no JSON."""
        until = time.monotonic() + WHOLE_S
        text = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        try:
            answer = self._pool.request(
                method, f"{self.url}{path}", body=text, headers=self._headers,
                preload_content=False,
            )  # fmt: skip
            try:
                read = b""
                # read1 gives what has come; read would wait for its whole amount, drop by drop.
                while piece := answer.read1(65_536):
                    read += piece
                    if time.monotonic() > until or len(read) > MOST_BYTES:
                        raise GatewayDown("the answer did not end")
            finally:
                answer.close()
            if answer.status >= 500:
                raise GatewayDown(f"status {answer.status}")
            return answer.status, json.loads(read or b"null")
        except (urllib3.exceptions.HTTPError, ValueError, OSError, RecursionError) as error:
            raise GatewayDown(type(error).__name__) from None

    def start(self, order: Order) -> str:
        """Begin a payment; see Gateway."""
        body = {
            "reference": order.reference, "amount": order.amount_baisa,
            "currency": PROFILE.currency, "exponent": PROFILE.currency_exponent,
            "description": order.description, "return_url": order.return_url,
            "language": order.language,
        }  # fmt: skip
        status, answer = self._call("POST", "/v1/payments", body)
        if status in (200, 201) and isinstance(answer, dict) and isinstance(answer.get("url"), str):
            return str(answer["url"])
        if 400 <= status < 500:
            raise GatewayRefused(str(status))
        raise GatewayDown(f"status {status}")

    def inquire(self, reference: str) -> Found:
        """Tell what became of a payment; see Gateway."""
        status, answer = self._call("GET", f"/v1/payments/{quote(reference, safe='')}")
        if status == 404:
            return Found("not_found")
        if status != 200 or not isinstance(answer, dict) or answer.get("status") not in _STATUSES:
            raise GatewayDown(f"status {status}")
        with _in_its_form():
            captures = tuple(
                Capture(
                    str(row["number"]), minor_units(row["amount"], row["currency"], row["exponent"])
                )
                for row in answer.get("captures", [])
            )
        return Found(answer["status"], captures, str(answer.get("why", "")))

    def refund(self, *, reference: str, number: str, amount_baisa: int, key: str) -> str:
        """Send money back; see Gateway."""
        body = {
            "reference": reference, "number": number, "amount": amount_baisa, "key": key,
            "currency": PROFILE.currency, "exponent": PROFILE.currency_exponent,
        }  # fmt: skip
        status, answer = self._call("POST", "/v1/refunds", body)
        if status in (200, 201) and isinstance(answer, dict) and answer.get("status") == "done":
            with _in_its_form():
                return str(answer["number"])
        raise GatewayDown(f"status {status}")

    def settlement(self, day: dt.date) -> list[SettledLine]:
        """Return the lines of one day; see Gateway."""
        status, answer = self._call("GET", f"/v1/settlements/{day.isoformat()}")
        if status != 200 or not isinstance(answer, list):
            raise GatewayDown(f"status {status}")
        with _in_its_form():
            return [
                SettledLine(
                    str(row["number"]), str(row["reference"]), str(row["kind"]),
                    minor_units(row["amount"], row["currency"], row["exponent"]),
                )
                for row in answer
            ]  # fmt: skip


def configured() -> Gateway | None:
    """Return the gateway named by ``GEO_GATEWAY_URL``; None without one."""
    if not settings.GEO_GATEWAY_URL:
        return None
    return Hosted(url=settings.GEO_GATEWAY_URL, key=settings.GEO_GATEWAY_KEY)
