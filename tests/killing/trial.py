"""One payment of one bill while processes of the city are killed, and what must hold after it."""

import random
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from django.db import Error, close_old_connections
from django.test import Client as Session
from django.utils import timezone

from municipality.actor import Actor
from municipality.billing.models import Bill
from municipality.billing.payments.hosted import Hosted
from municipality.billing.reconciliation.early import ONLINE_AFTER, ask_gateway
from municipality.cases.actions import move
from municipality.cases.models import Case
from municipality.people.models import User
from plots.models import Plot
from tests.killing import law
from tests.killing.city import City
from tests.killing.client import Client
from tests.notices.builders import until

STEPS = {
    "ask": "web",
    "start": "web",
    "webhook": "web",
    "job": "worker",
}  # the process that does each
VICTIMS = ("backend", "web_child", "worker", "web", "web_and_worker")
RANDOM_WITHIN_S = 1.5  # a payment of a city that nobody disturbs takes about so long
COUNTING = 99_999_999
WEBHOOKS_S = 4.0  # for messages to come again; then the inquiry closes what is open
BACK_WITHIN_S = {"backend": 10.0}  # guards.md fault 3
BACK_S = 60.0


@dataclass(frozen=True, slots=True)
class Kill:
    """What is killed: a step at its n-th durable call, or a victim at a moment."""

    step: str = ""
    at_call: int = 0
    victim: str = ""
    after_s: float = 0.0


@dataclass
class Run:
    """One trial as it goes."""

    city: City
    client: Client
    kill: Kill
    rng: random.Random
    kills: int = 0
    calls: dict[str, int] = field(default_factory=dict)
    back_ms: int = 0
    paid: law.Paid | None = None  # what was judged


def _signed_in(person: User) -> str:
    session = Session()
    session.force_login(person)
    return str(session.cookies["sessionid"].value)


def _bill_of(case: dict[str, Any]) -> Bill:
    """Let the registrar accept the case, which issues its bill; nobody is killed here."""
    registrar = User.objects.get(username="registrar")
    row = Case.objects.get(public_id=case["id"])
    by = Actor(registrar.pk, registrar.full_name, "registrar")
    move(case_id=row.pk, edge="accept", by=by, at=timezone.now())
    return Bill.objects.get(subject=row.stream)


def _killer(run: Run, bill: Bill) -> threading.Thread:
    """Kill the victim at its moment, and measure how long nobody is answered after it."""

    def work() -> None:
        time.sleep(run.kill.after_s)
        run.kills += run.city.kill(run.kill.victim, run.rng)
        begun = time.monotonic()
        path = f"/pay/{bill.public_id}/state.json"
        longest = BACK_WITHIN_S.get(run.kill.victim, BACK_S)
        while time.monotonic() - begun < longest:
            if run.city.answers(path):
                run.back_ms = int(1_000 * (time.monotonic() - begun))
                return
            time.sleep(0.05)
        run.back_ms = -1

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def _armed(run: Run, step: str) -> None:
    """Before a step: let its process die in it, or count its durable calls."""
    if run.kill.victim:
        return
    run.city.arm(STEPS[step], run.kill.at_call if run.kill.step == step else COUNTING)


def _over(run: Run, step: str) -> None:
    """After a step: how many calls it made, or whether it died."""
    if run.kill.victim:
        return
    left = run.city.disarm(STEPS[step])
    if run.kill.step == step:
        run.kills += left == 0
    elif left:
        run.calls[step] = COUNTING - left


def _webhooks_come(run: Run, before: int) -> None:
    """Wait for the bank's messages; what they leave open the inquiry of the worker closes."""
    end = time.monotonic() + WEBHOOKS_S
    while time.monotonic() < end:
        told = law.delivered(run.city) - before
        died = run.kill.step == "webhook" and not run.city.is_armed("web")
        if told >= law.MESSAGES_A_PAYMENT or died:
            break
        time.sleep(0.05)
    _over(run, "webhook")


def _paid(run: Run, bill: Bill) -> None:
    """Wait for the page to say so; after a while ask the bank, as the worker does each minute."""
    env = run.city.env
    peer = Hosted(url=env["GEO_GATEWAY_URL"], key=env["GEO_GATEWAY_KEY"])
    end = time.monotonic() + WEBHOOKS_S
    while run.client.stands(bill.public_id) != "paid":
        if time.monotonic() > end:
            _again(lambda: ask_gateway(peer=peer, at=timezone.now() + ONLINE_AFTER))
            until(lambda: run.client.stands(bill.public_id) == "paid", seconds=BACK_S)
            break
        time.sleep(0.05)


def _again(act: Any) -> Any:
    """Do something of the rig's own; a session that was cut off with the victim's is renewed."""
    for _ in range(100):
        try:
            close_old_connections()
            return act()
        except Error:
            time.sleep(0.1)
    return act()


def pay(city: City, kill: Kill, rng: random.Random) -> Run:
    """Walk one payment while something is killed, and judge it; raises where the law is broken."""
    plot = _again(lambda: Plot.objects.order_by("pk").first())
    person = _again(lambda: User.objects.get(username="citizen"))
    run = Run(city, Client(city, _again(lambda: _signed_in(person))), kill, rng)
    key = secrets.token_urlsafe(16)
    _armed(run, "ask")
    case = run.client.asks_for_extract(plot.pk, key)
    _over(run, "ask")
    bill = _again(lambda: _bill_of(case))
    killer = _killer(run, bill) if kill.victim else None
    _armed(run, "start")
    page = run.client.starts(bill.public_id, bill.total_baisa, key)
    _over(run, "start")
    _armed(run, "webhook")
    _armed(run, "job")
    if kill.step == "lie":
        city.lie_once("web")
    before = law.delivered(city)
    run.client.uses_card(page)
    if not kill.victim:
        _webhooks_come(run, before)
    if kill.step == "lie":
        law.everything_heard(city)
    _paid(run, bill)
    run.client.reads_receipt(bill.public_id)
    until(lambda: run.client.case_is(case["id"]) == "issued", seconds=BACK_S,
          what=f"{case['number']} is {run.client.case_is(case['id'])}")  # fmt: skip
    _over(run, "job")
    if killer:
        killer.join()
        assert run.back_ms >= 0, f"no answer in time after {kill.victim} was killed"
    paid = run.paid = law.Paid(case["number"], bill_id=bill.pk, key=key, kills=run.kills)
    _again(lambda: law.hold(city, paid, run.client))
    return run
