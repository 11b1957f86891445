"""``sec_audit``: what is found where the owner of the tables has tampered with the history."""

import pytest
from django.core.management import CommandError, call_command

from municipality.history import heads
from municipality.history.models import Head
from municipality.history.queries import broken
from municipality.history.verification import Finding, cut_off, verify
from tests.history.builders import AT, REHASH, heads_in, some_history, tampering

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path, monkeypatch):
    """A history of three streams under one signed head, in the test's own transaction."""
    monkeypatch.setattr(heads, "HORIZON", "SELECT pg_current_xact_id()::text::bigint + 1")
    with heads_in(tmp_path) as path:
        some_history()
        heads.write_head(at=AT)
        yield path


def places() -> list[tuple[str, str, int]]:
    return [(found.why, found.stream, found.seq) for found in verify() if found.stream]


def test_an_untouched_history_holds(file) -> None:
    assert verify() == []
    assert Head.objects.get().entries == 15
    assert len(file.read_text().splitlines()) == 1


def test_a_changed_entry_is_found_where_it_is(file) -> None:
    with tampering() as cursor:
        cursor.execute("UPDATE history_entry SET facts = '{}' WHERE stream = 'case/2' AND seq = 3")
    assert places() == [("changed", "case/2", 3)]


def test_an_entry_taken_from_the_middle_is_found_where_it_was(file) -> None:
    with tampering() as cursor:
        cursor.execute("DELETE FROM history_entry WHERE stream = 'case/2' AND seq = 3")
    assert ("gap", "case/2", 4) in places()
    assert Finding("span", span="2026-11-28T09:00:00Z") in verify()


def test_entries_that_changed_places_are_found(file) -> None:
    with tampering() as cursor:
        for old, new in ((2, 99), (3, 2), (99, 3)):
            cursor.execute(
                "UPDATE history_entry SET seq = %s WHERE stream = 'case/1' AND seq = %s", [new, old]
            )
    assert places()[0] == ("changed", "case/1", 2) or ("changed", "case/1", 2) in places()


def test_an_entry_put_into_the_middle_is_found(file) -> None:
    with tampering() as cursor:
        cursor.execute(
            "UPDATE history_entry SET seq = seq + 100 WHERE stream = 'case/3' AND seq > 2"
        )
        cursor.execute(
            "UPDATE history_entry SET seq = seq - 99 WHERE stream = 'case/3' AND seq > 99"
        )
        cursor.execute(
            "INSERT INTO history_entry (stream, seq, at, person_name, role, act, facts, hash) "
            "SELECT 'case/3', 3, at, 'x', 'admin', 'move', '{}', hash FROM history_entry "
            "WHERE stream = 'case/3' AND seq = 2"
        )
    assert ("changed", "case/3", 3) in places()


def test_a_tail_that_was_cut_off_is_found_by_the_head_alone(file) -> None:
    with tampering() as cursor:
        cursor.execute("DELETE FROM history_entry WHERE stream = 'case/1' AND seq > 3")
    assert broken() == []  # the control: the chain itself misses nothing
    assert ("cut_off", "case/1", 4) in places()


def test_a_chain_hashed_anew_is_found_by_the_head_alone(file) -> None:
    with tampering() as cursor:
        cursor.execute(
            "UPDATE history_entry SET person_name = 'x' WHERE stream = 'case/1' AND seq = 2"
        )
        cursor.execute(REHASH.format(stream="case/1"))
    assert broken() == []
    assert ("rewritten", "case/1", 5) in places()


def test_a_tail_cut_off_with_its_head_is_found_by_the_file(file) -> None:
    with tampering() as cursor:
        cursor.execute("DELETE FROM history_entry WHERE stream = 'case/1' AND seq > 3")
        cursor.execute("DELETE FROM history_head")
    assert ("cut_off", "case/1", 4) in places()
    file.unlink()  # the control: without the copy nothing is left to compare with
    assert verify() == []


def test_a_head_made_up_without_the_key_is_found(file) -> None:
    with tampering() as cursor:
        cursor.execute("DELETE FROM history_entry WHERE stream = 'case/1' AND seq > 3")
        count, digest = heads.computed(0, Head.objects.get().before_tx)
        cursor.execute(
            "UPDATE history_head SET entries = %s, digest = %s, tails = '{}'",
            [count, bytes.fromhex(digest)],
        )
    assert "head_forged" in {found.why for found in cut_off()}


def test_a_lost_file_and_a_line_that_is_none_are_said(file) -> None:
    file.write_text("{}\n")
    assert [found.why for found in verify()] == ["head_forged"]
    file.unlink()
    assert [found.why for found in verify()] == ["file_lost"]


def test_a_head_not_copied_before_a_crash_is_copied_by_the_next(file) -> None:
    file.unlink()
    heads.write_head(at=AT)
    assert verify() == []


def test_the_command_prints_what_it_finds_and_exits_with_one(file, capsys) -> None:
    call_command("verify_history")
    assert "15 entries hold" in capsys.readouterr().out
    with tampering() as cursor:
        cursor.execute("DELETE FROM history_entry WHERE stream = 'case/1' AND seq = 2")
    with pytest.raises(CommandError) as refusal:
        call_command("verify_history")
    assert refusal.value.returncode == 1
    assert "case/1 step 3" in capsys.readouterr().out
