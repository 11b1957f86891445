"""A process that does one step of one payment in a child, which may be killed at any moment.

``python -m tests.billing.paying`` loads everything once and then reads orders, a JSON object a
line; for each it forks a child with a database connection of its own.  The child kills itself
before the ``kill_at``-th durable call (each statement, and before and after each commit), or is
killed by a timer after ``after_ms``.  What the child acknowledged is written down as it is
acknowledged, as a client's journal would.
"""

import json
import os
import signal
import sys
from typing import Any


class Killer:
    """Counts durable calls and ends the process at one of them, as SIGKILL does."""

    def __init__(self, at: int | None) -> None:
        self.at, self.calls = at, 0

    def step(self) -> None:
        """One more durable call is about to be made, or was made."""
        self.calls += 1
        if self.calls == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        """Stand before every statement, and before and after every commit."""
        from django.db.backends.base.base import BaseDatabaseWrapper
        from django.db.backends.utils import CursorWrapper

        execute, commit = CursorWrapper.execute, BaseDatabaseWrapper._commit

        def counted(cursor: Any, *args: Any, **kwargs: Any) -> Any:
            self.step()
            return execute(cursor, *args, **kwargs)

        def committed(wrapper: Any) -> Any:
            self.step()
            answer = commit(wrapper)
            self.step()
            return answer

        CursorWrapper.execute = counted
        BaseDatabaseWrapper._commit = committed


def do(order: dict[str, Any]) -> str:
    """Do what is ordered; returns what a client would be told."""
    from municipality.billing.models import Bill, Charge, Receipt
    from municipality.billing.payments import online, webhooks
    from municipality.billing.terminals.actions import Result, answered
    from tests.billing.builders import a_cashier, asked, minutes, pay_cash

    bill = Bill.objects.get(pk=order["bill"])
    if order["what"] == "cash":
        pay_cash(bill, a_cashier(), key=order["key"])
        return Receipt.objects.get(bill=bill).number
    if order["what"] == "start":
        charge = online.start(
            asked=asked(bill, "online", key=order["key"]), by=a_cashier(), at=minutes(1),
            return_url=lambda charge: "http://127.0.0.1/",
        )  # fmt: skip
        return charge.public_id
    charge = Charge.objects.get(bill=bill)
    if order["what"] == "webhook":
        data = {"reference": charge.public_id, "number": order["key"], "amount": bill.total_baisa,
                "currency": "OMR", "exponent": 3}  # fmt: skip
        message = {"type": "payment.captured", "data": data}
        return webhooks.receive(message_id=order["key"], message=message, at=minutes(2))
    result = Result(
        token=charge.token, outcome="approved", amount_baisa=bill.total_baisa, rrn=order["key"]
    )
    return answered(code="T-01", result=result, at=minutes(2)).do


def child(order: dict[str, Any], out: int) -> None:
    """Do it, count the calls, say what was acknowledged; never returns."""
    killer = Killer(order.get("kill_at"))
    killer.watch()
    if order.get("after_ms"):
        signal.setitimer(signal.ITIMER_REAL, order["after_ms"] / 1_000)
    try:
        told = {"acknowledged": do(order), "calls": killer.calls}
    except BaseException as error:  # told to who ordered it
        told = {"error": f"{type(error).__name__}: {error}", "calls": killer.calls}
    signal.setitimer(signal.ITIMER_REAL, 0)
    os.write(out, json.dumps(told).encode())
    os._exit(0)


def main() -> None:
    """Take orders until the input ends."""
    import django

    django.setup()
    from django.conf import settings

    import tests.billing.machine  # noqa: F401  (everything a child needs is loaded before it)
    from tests.billing.builders import PURPOSES

    settings.BILL_PURPOSES = PURPOSES
    settings.GEO_GATEWAY = "tests.billing.worlds.world"
    for line in sys.stdin:
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            child(json.loads(line), writing)
        os.close(writing)
        os.waitpid(pid, 0)
        told = os.read(reading, 4_096)
        os.close(reading)
        sys.stdout.write((told.decode() or "{}") + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
