"""A gateway in memory, whose journal of captures is the truth that our books must come to.

It stands at the network edge for tests of the product's own code; tests.peers.gateway is the
same over HTTP, in a process of its own.
"""

import datetime as dt
from dataclasses import dataclass, field

from municipality.billing.payments.gateway import (
    Capture,
    Found,
    GatewayDown,
    Order,
    SettledLine,
)


@dataclass
class Session:
    """One hosted payment."""

    amount_baisa: int
    status: str = "pending"
    captures: list[Capture] = field(default_factory=list)


@dataclass
class World:
    """The gateway: what it knows, and whether it answers."""

    down: bool = False
    sessions: dict[str, Session] = field(default_factory=dict)
    refunds: dict[str, int] = field(default_factory=dict)
    numbers: int = 0

    def _answers(self) -> None:
        if self.down:
            raise GatewayDown("silence")

    def start(self, order: Order) -> str:
        """Begin; what is begun stays begun when the answer is lost."""
        self.sessions.setdefault(order.reference, Session(order.amount_baisa))
        self._answers()
        return f"http://127.0.0.1/{order.reference}"

    def capture(self, reference: str, amount_baisa: int | None = None) -> Capture:
        """Take the payer's money."""
        session = self.sessions[reference]
        self.numbers += 1
        capture = Capture(f"tx-{self.numbers}", amount_baisa or session.amount_baisa)
        session.captures.append(capture)
        session.status = "captured"
        return capture

    def inquire(self, reference: str) -> Found:
        """Tell what became of a payment."""
        self._answers()
        session = self.sessions.get(reference)
        if session is None:
            return Found("not_found")
        return Found(session.status, tuple(session.captures))

    def refund(self, *, reference: str, number: str, amount_baisa: int, key: str) -> str:
        """Send money back, once a key."""
        self.refunds.setdefault(key, amount_baisa)
        self._answers()
        return f"rf-{key[:8]}"

    def settlement(self, day: dt.date) -> list[SettledLine]:
        """All captures and refunds, whatever the day."""
        self._answers()
        lines = [
            SettledLine(capture.number, reference, "capture", capture.amount_baisa or 0)
            for reference, session in self.sessions.items()
            for capture in session.captures
        ]
        return lines + [
            SettledLine(f"rf-{key[:8]}", key, "refund", amount)
            for key, amount in self.refunds.items()
        ]

    def captured(self) -> int:
        """All money taken, in baisa."""
        return sum(c.amount_baisa or 0 for s in self.sessions.values() for c in s.captures)


WORLD = World()


def world() -> World:
    """The adapter that settings.GEO_GATEWAY names in these tests."""
    return WORLD
