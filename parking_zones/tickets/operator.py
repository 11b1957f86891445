"""The mobile operator that takes the price of a ticket from the sender's balance.

Spoken is the payment interface of OMA ParlayREST, OneAPI profile 2.0 (OMA-TS-ParlayREST_
OneAPIProfile-V2_0): ``POST {endUserId}/transactions/amount``.  Its ``clientCorrelator`` makes a
repetition the same charge, so what was not answered is asked again with the same one.
Configured by ``GEO_OPERATOR_URL`` (up to ``/payment``) and ``GEO_OPERATOR_KEY`` (a bearer token).
"""

import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

import urllib3
from django.conf import settings

from municipality.baisa import Baisa, as_rial
from municipality.conf import PROFILE

CONNECT_S, SILENT_S = 3.0, 8.0
MOST_BYTES = 100_000
CHARGED = "Charged"


@dataclass(frozen=True, slots=True)
class Price:
    """What is charged: ``reference`` is ours and the same for every repetition."""

    reference: str
    phone: str  # E.164
    amount_baisa: int
    description: str


@dataclass(frozen=True, slots=True)
class Charged:
    """The operator took it; ``number`` is its own of the transaction."""

    number: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The operator will not take it, and did not: the balance, a barred service."""

    why: str


class OperatorDown(Exception):
    """No answer that can be believed: whether it was charged is not known."""


class Operator:
    """One operator's interface at one address; safe to use from several threads."""

    def __init__(self, *, url: str, key: str) -> None:
        self.url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._pool = urllib3.PoolManager(
            maxsize=16,
            timeout=urllib3.Timeout(connect=CONNECT_S, read=SILENT_S),
            retries=False,
        )

    def charge(self, price: Price) -> Charged | Refused:
        """Charge an amount once per reference; raises OperatorDown."""
        user = f"tel:{price.phone}"
        amount = as_rial(Baisa(price.amount_baisa))
        body = {
            "amountTransaction": {
                "clientCorrelator": price.reference,
                "endUserId": user,
                "paymentAmount": {
                    "chargingInformation": {
                        "amount": amount,
                        "currency": PROFILE.currency,
                        "description": price.description,
                    }
                },
                "referenceCode": price.reference,
                "transactionOperationStatus": CHARGED,
            }
        }
        status, answer = self._post(f"{quote(user, safe='')}/transactions/amount", body)
        return _read(status, answer, reference=price.reference, amount=amount)

    def _post(self, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        try:
            answer = self._pool.request(
                "POST", f"{self.url}/{path}", body=json.dumps(body).encode(),
                headers=self._headers, redirect=False, preload_content=False,
            )  # fmt: skip
            read = answer.read(MOST_BYTES)
            answer.release_conn()
            return answer.status, json.loads(read)
        except (urllib3.exceptions.HTTPError, ValueError, OSError, RecursionError) as error:
            raise OperatorDown(type(error).__name__) from None


def _read(status: int, answer: Any, *, reference: str, amount: str) -> Charged | Refused:
    """Believe an answer only where it says what was done to which request, and for how much."""
    if not isinstance(answer, dict):
        raise OperatorDown(f"status {status}")
    if status in (200, 201):
        told = answer.get("amountTransaction")
        if not isinstance(told, dict) or told.get("clientCorrelator") != reference:
            raise OperatorDown("an answer about something else")
        number = told.get("serverReferenceCode")
        if told.get("transactionOperationStatus") != CHARGED or not isinstance(number, str):
            raise OperatorDown("an answer that does not say Charged")
        if _amount_in(told) != Decimal(amount):
            raise OperatorDown("another amount")
        if not number.strip() or not number.isprintable():
            raise OperatorDown("a number that is none")
        return Charged(number[:80])
    problem = answer.get("requestError")
    if status == 403 and isinstance(problem, dict):  # what is wrong with the request says nothing
        policy = problem.get("policyException")  # of what an earlier one has charged
        if isinstance(policy, dict):
            code = str(policy.get("messageId", ""))[:40]
            return Refused(code if code.isprintable() else "policy")
    raise OperatorDown(f"status {status}")


def _amount_in(told: dict[str, Any]) -> Decimal | None:
    paid = told.get("paymentAmount")
    charging = paid.get("chargingInformation") if isinstance(paid, dict) else None
    try:
        return Decimal(str(charging.get("amount"))) if isinstance(charging, dict) else None
    except InvalidOperation:
        return None


def operator() -> Operator | None:
    """Return the operator named by ``GEO_OPERATOR_URL``; None without one."""
    if not settings.GEO_OPERATOR_URL:
        return None
    return Operator(url=settings.GEO_OPERATOR_URL, key=settings.GEO_OPERATOR_KEY)
