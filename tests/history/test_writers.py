"""The history under many writers, and under the portal's own role."""

import threading

import psycopg2
import pytest
from django.db import connection, transaction

from municipality.history import heads
from municipality.history.actions import record
from municipality.history.models import Entry, Head
from municipality.history.verification import verify
from tests.history.builders import AT, BY, heads_in, some_history
from tests.people.application import application_role, as_application

pytestmark = pytest.mark.django_db(transaction=True)

TAMPERING = (
    "UPDATE history_entry SET act = 'other'",
    "DELETE FROM history_entry",
    "TRUNCATE history_entry",
    "UPDATE history_head SET entries = 0",
    "DELETE FROM history_head",
    "TRUNCATE history_head",
    "ALTER TABLE history_entry DISABLE TRIGGER USER",
    "DROP TRIGGER history_is_append_only ON history_entry",
)


def test_the_portal_s_role_adds_to_streams_it_does_not_see_and_rewrites_nothing(tmp_path) -> None:
    with heads_in(tmp_path):
        with as_application():
            some_history(streams=2, steps=3)  # reach: none; the chain goes on all the same
            heads.write_head(at=AT)
        with application_role() as session, session.cursor() as cursor:
            cursor.execute("SELECT set_config('geo.reach', 'system', false)")
            for statement in TAMPERING:
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    cursor.execute(statement)
        assert Entry.objects.filter(act="move").count() == 6 and verify() == []


def test_a_transaction_that_commits_late_is_in_the_next_head(tmp_path) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def late() -> None:
        with transaction.atomic():
            some_history(streams=1, steps=1)
            begun.set()
            may_end.wait(10)
        connection.close()

    with heads_in(tmp_path):
        thread = threading.Thread(target=late)
        thread.start()
        begun.wait(10)
        record(stream="case/9", act="move", by=BY, at=AT)
        heads.write_head(at=AT)
        may_end.set()
        thread.join()
        heads.write_head(at=AT)
        assert [head.entries for head in Head.objects.order_by("before_tx")] == [0, 2]
        assert verify() == []


def test_a_restore_whose_numbers_began_anew_is_said_and_not_passed_over(tmp_path) -> None:
    with heads_in(tmp_path):
        Head.objects.create(
            at=AT, first_tx=0, before_tx=2**62, entries=0, digest=b"", signature="x"
        )
        with pytest.raises(heads.NumbersBeganAnew):
            heads.write_head(at=AT)


WRITERS, EACH = 8, 20


def write_at_once() -> None:
    def write(number: int) -> None:
        try:
            for step in range(EACH):
                record(stream="case/1", act="move", by=BY, at=AT, facts={"n": number, "step": step})
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=[number]) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_writers_at_once_keep_one_stream_linear(tmp_path) -> None:
    with heads_in(tmp_path):
        write_at_once()
        seqs = list(Entry.objects.order_by("seq").values_list("seq", flat=True))
        assert seqs == list(range(1, WRITERS * EACH + 1)) and verify() == []


def test_control_without_the_lock_writers_collide() -> None:
    """The lock of the stream is what keeps them apart: without it writers lose their entries."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('history_chain'::regproc)")
        held = cursor.fetchone()[0]
        lock = "PERFORM pg_advisory_xact_lock(1751741299, hashtext(NEW.stream));"
        assert lock in held
        cursor.execute(held.replace(lock, ""))
    failed: list[object] = []
    hook, threading.excepthook = threading.excepthook, failed.append
    try:
        write_at_once()
    finally:
        threading.excepthook = hook
        with connection.cursor() as cursor:
            cursor.execute(held)
    assert failed and Entry.objects.count() < WRITERS * EACH
