"""A pump: many addresses ask for codes to many neighbouring numbers, and never use one."""

import datetime as dt
import random
from dataclasses import dataclass

from municipality.people.models import PhoneCode
from municipality.people.phone_codes import Asking, ask
from municipality.problems import Problem

FOREIGN = ("+4477009{:05d}", "+97150{:07d}", "+9682412{:04d}")


@dataclass
class Campaign:
    """Requests in random order, one in ten of them to a number abroad or on a wire."""

    addresses: int = 500
    numbers: int = 2_000
    requests: int = 10_000
    seed: int = 1
    sent: int = 0
    refused: int = 0
    foreign_sent: int = 0

    def run(self, *, at: dt.datetime, seconds: float = 240) -> "Campaign":
        """Ask, within so many seconds before ``at``."""
        rng = random.Random(self.seed)
        for number in range(self.requests):
            foreign = rng.random() < 0.1
            digits = rng.randrange(self.numbers)
            phone = (
                rng.choice(FOREIGN).format(digits) if foreign else f"+96892{100_000 + digits:06d}"
            )
            who = rng.randrange(self.addresses)
            address = f"203.0.{who % 250}.{1 + who // 250}"
            moment = at - dt.timedelta(seconds=seconds * (1 - number / self.requests))
            try:
                ask(Asking(phone, "sign_in", f"nonce {who}", address), at=moment)
            except Problem:
                self.refused += 1
            else:
                self.sent += 1
                self.foreign_sent += foreign
        assert PhoneCode.objects.count() == self.sent
        return self
