"""Ready means that every part a citizen waits for is there, the worker among them."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import Client

from municipality.jobs import queue

pytestmark = pytest.mark.django_db


@contextmanager
def a_worker_lives(number: int = 4711) -> Iterator[None]:
    """Hold what a living worker holds, on a connection of its own."""
    session = connection.copy()
    try:
        with session.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [queue.LOCK_CLASS, number])
        yield
    finally:
        session.close()


def test_without_a_worker_the_city_is_not_ready(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["ready"] is False
    assert answer.json()["worker"].startswith("none alive")
    assert answer.json()["database"].startswith("ok")


def test_with_a_worker_it_is_ready_and_says_how_many_live(client: Client) -> None:
    with a_worker_lives(1), a_worker_lives(2):
        answer = client.get("/readyz")
    assert answer.status_code == 200, answer.json()
    assert answer.json()["worker"] == "ok: 2"
    assert set(answer.json()) == {
        "ready",
        "database",
        "migrations",
        "worker",
        "calendar",
        "responsibilities",
        "disk",
    }


def test_the_process_is_alive_whatever_the_worker_does(client: Client) -> None:
    assert client.get("/healthz").status_code == 200
