"""What every test of money stands on: one purpose that remembers what was settled."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tests.billing import builders, races


@pytest.fixture(autouse=True)
def purposes(settings: Any) -> list[str]:
    """Wire the purpose of the tests; returns the receipt numbers it was told of."""
    settings.BILL_PURPOSES = builders.PURPOSES
    builders.settled.clear()
    return builders.settled


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Let a test commit, for threads and processes beside it; its rows are swept afterwards.

    The sweep empties the tables of money only: flushing all tables, as transactional tests do,
    takes ten times as long.
    """
    with django_db_blocker.unblock():
        races.sweep()
        yield
        races.sweep()
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE history_entry, documents_issuedpaper, notices_message CASCADE")
        connection.close()
