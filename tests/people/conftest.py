"""What the outbox was asked to send, seen at its door."""

from dataclasses import dataclass, field

import pytest

from municipality.people import account, phone_codes, signing_in


@dataclass
class Sent:
    """Messages in the order they were queued."""

    messages: list = field(default_factory=list)

    def code(self) -> str:
        """The code of the last message."""
        return self.messages[-1].values["code"]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """Look at the people's door to the outbox instead of into it."""
    kept = Sent()

    def tell(told, *, at) -> None:
        kept.messages.append(told)

    for module in (account, phone_codes, signing_in):
        monkeypatch.setattr(module, "tell", tell)
    return kept


@pytest.fixture
def demo() -> None:
    """Say that this is a demo database."""
    from municipality.places.demo import DEMO
    from municipality.places.models import Stamp

    Stamp.objects.update_or_create(name=DEMO, defaults={"value": 1})
