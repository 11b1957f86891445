"""A citizen's program that pays over HTTP, tries again with its key, and keeps what it was told."""

import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import urllib3

from tests.killing.city import City

PATIENCE_S = 60.0
TOLD_TO_WAIT = (502, 503, 504)


class Told(AssertionError):
    """The client was answered what nobody may be answered."""


@dataclass
class Answer:
    """One answer as it came."""

    status: int
    headers: Any
    body: bytes

    def json(self) -> Any:
        """Its JSON."""
        return json.loads(self.body)


@dataclass
class Client:
    """One client; ``acknowledged`` is what it may rely on, by kind."""

    city: City
    session: str
    acknowledged: dict[str, str] = field(default_factory=dict)
    tries: int = 0
    cut: int = 0  # no answer: the connection was refused or ended
    asked_to_wait: int = 0

    def __post_init__(self) -> None:
        self._token = secrets.token_hex(16)
        self._pool = urllib3.PoolManager(timeout=urllib3.Timeout(connect=3, read=20))

    def once(
        self, method: str, path: str, body: bytes | None = None, kind: str = ""
    ) -> Answer | None:
        """Ask once; None where no answer came, or only that one should wait."""
        headers = {"Cookie": f"sessionid={self.session}; csrftoken={self._token}",
                   "X-CSRFToken": self._token}  # fmt: skip
        if kind:
            headers["Content-Type"] = kind
        self.tries += 1
        url = path if path.startswith("http") else self.city.base + path
        try:
            came = self._pool.request(
                method, url, body=body, headers=headers, redirect=False, retries=False
            )
        except urllib3.exceptions.HTTPError:
            self.cut += 1
            return None
        answer = Answer(came.status, came.headers, came.data)
        if answer.status in TOLD_TO_WAIT:
            self.asked_to_wait += 1
            if "الخدمة".encode() not in answer.body and b"ervice" not in answer.body:
                raise Told(f"{answer.status} without words: {answer.body[:300]!r}")
            return None
        if answer.status >= 500:
            raise Told(f"{method} {path}: {answer.status} {answer.body[-600:]!r}")
        return answer

    def insists(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> Answer:
        """Ask again and again, with the same body, until it is answered."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            answer = self.once(method, path, body, kind)
            if answer is not None:
                return answer
            time.sleep(0.1)
        raise Told(f"no answer of {method} {path} within {PATIENCE_S:.0f} s")

    def asks_for_extract(self, plot_id: int, key: str) -> dict[str, Any]:
        """Ask for an extract of a plot under one key; the case it is told of is on the record."""
        body = json.dumps({"language": "ar", "key": key}).encode()
        answer = self.insists("POST", f"/api/plots/{plot_id}/extracts", body, "application/json")
        assert answer.status == 201, answer.body
        case: dict[str, Any] = answer.json()
        self.acknowledged["case"] = case["number"]
        return case

    def starts(self, bill_id: str, amount_baisa: int, key: str) -> str:
        """Begin the online payment under one key; returns the bank's page."""
        form = {"key": key, "shown_baisa": amount_baisa, "csrfmiddlewaretoken": self._token}
        body, kind = urlencode(form).encode(), "application/x-www-form-urlencoded"
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            answer = self.insists("POST", f"/pay/{bill_id}/start", body, kind)
            assert answer.status == 302, (answer.status, answer.body[:300])
            page = str(answer.headers["Location"])
            if page.startswith(self.city.env["GEO_GATEWAY_URL"]):
                self.acknowledged["page"] = page
                return page
            time.sleep(0.1)
        raise Told("the payment never began")

    def uses_card(self, page: str) -> None:
        """Pay on the bank's page."""
        kind = "application/x-www-form-urlencoded"
        answer = self.insists("POST", page, b"does=pay", kind)
        assert answer.status == 303, answer.status

    def stands(self, bill_id: str) -> str:
        """Ask where the payment stands; empty without an answer."""
        answer = self.once("GET", f"/pay/{bill_id}/state.json")
        return "" if answer is None else str(answer.json()["word"])

    def reads_receipt(self, bill_id: str) -> None:
        """Open the page of the paid bill and keep the number of the receipt."""
        page = self.insists("GET", f"/pay/{bill_id}/").body.decode()
        self.acknowledged["page of the bill"] = page

    def case_is(self, public_id: str) -> str:
        """Ask for the stage of the case; empty without an answer."""
        answer = self.once("GET", f"/api/cases/{public_id}")
        return "" if answer is None else str(answer.json()["state"])
