"""What every test of money stands on: one purpose that remembers what was settled."""

from typing import Any

import pytest

from tests.billing import builders


@pytest.fixture(autouse=True)
def purposes(settings: Any) -> list[str]:
    """Wire the purpose of the tests; returns the receipt numbers it was told of."""
    settings.BILL_PURPOSES = builders.PURPOSES
    builders.settled.clear()
    return builders.settled
