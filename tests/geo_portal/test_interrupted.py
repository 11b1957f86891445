"""The database cuts a session off or is away: renewed unseen, or 503 with words, never a 500."""

from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest
from django.db import DatabaseError, OperationalError, close_old_connections, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from psycopg2 import extensions

from municipality.reach import NOBODY, Viewer, look_as
from municipality.sessions import own_session
from tests.builders import a_person

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = ("الخدمة متوقفة لحظات", "The service is interrupted")


@pytest.fixture(autouse=True)
def renewed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A session that lasts, as the product's do; and one to the next test that works."""
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", None)
    yield
    connection.close()
    look_as(NOBODY)


def cut_off() -> None:
    """End this process's session from another one, as a crash of the server does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    other: extensions.connection = own_session()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        assert cursor.fetchone() == (True,)
    other.close()
    close_old_connections()  # what each request begins with; the test client leaves it out


def reach() -> Any:
    """How far this session sees, as the walls are told."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('geo.reach'), current_setting('geo.person', true)")
        return cursor.fetchone()


def test_a_session_that_was_cut_off_is_renewed_before_anyone_sees_it() -> None:
    client = Client()
    client.force_login(a_person("citizen"))
    assert client.get("/my/").status_code == 200
    cut_off()
    assert client.get("/my/").status_code == 200


def test_control_without_the_check_of_its_health_one_answer_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(a_person("citizen"))
    cut_off()
    with monkeypatch.context() as blind:
        blind.setattr(
            "django.db.backends.postgresql.base.DatabaseWrapper.is_usable", lambda self: True
        )
        assert client.get("/my/").status_code == 503


def test_a_renewed_session_sees_what_its_person_may_see() -> None:
    look_as(Viewer("own", 7))
    cut_off()
    look_as(Viewer("own", 7))
    assert reach() == ("own", "7")


def test_control_believing_the_old_session_the_person_would_see_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    look_as(Viewer("own", 7))
    cut_off()
    with monkeypatch.context() as blind:
        blind.setattr(BaseDatabaseWrapper, "close_if_health_check_failed", lambda self: None)
        look_as(Viewer("own", 7))
    assert reach()[0] != "own"


def _fails(monkeypatch: pytest.MonkeyPatch, cause: Exception | None) -> int:
    """Let a page fail with an error of the database; returns what is answered."""
    client = Client(raise_request_exception=False)
    client.force_login(a_person("citizen"))

    def dies(*_: Any, **__: Any) -> None:
        raise DatabaseError("server closed the connection unexpectedly") from cause

    with monkeypatch.context() as dying:
        dying.setattr("geo_portal.casework.mine_views.cases_of", dies)
        return int(client.get("/my/").status_code)


def test_a_session_that_dies_under_a_statement_is_told_as_an_interruption(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As psycopg2 names it when the server is killed: no code, no OperationalError."""
    assert _fails(monkeypatch, psycopg2.DatabaseError("server closed the connection")) == 503


def test_an_error_of_ours_stays_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _fails(monkeypatch, None) == 500


@pytest.mark.parametrize("path", ["/my/", "/en/my/", "/pay/nothing/", "/api/cases", "/api/plots/1"])
def test_while_the_database_is_away_everyone_is_told_to_come_again(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(a_person("citizen"))
    connection.close()

    def away(self: Any) -> None:
        raise OperationalError("the database system is in recovery mode")

    with monkeypatch.context() as dark:
        dark.setattr(BaseDatabaseWrapper, "connect", away)
        answer = client.get(path)
    assert answer.status_code == 503
    assert any(word in answer.content.decode() for word in WORDS)
    assert "interrupted" in answer.content.decode() or "<html" in answer.content.decode()
