"""A campaign goes on where it stopped: the journal tells what passed, whatever cut it off."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import connection

from tests.campaigns import __main__ as campaign
from tests.campaigns.journal import Journal
from tests.campaigns.part_release import trial as attack


def _line(trial: int, failed: str = "") -> dict:
    return {"trial": trial, "seconds": 1.5, "counts": {"rows": 2}, "failed": failed}


def test_slices_add_up_and_what_failed_is_tried_again(tmp_path: Path) -> None:
    for number, failed in ((0, ""), (1, "AssertionError"), (2, "")):
        Journal.of("heat", 7, tmp_path).write(_line(number, failed))
    again = Journal.of("heat", 7, tmp_path)
    assert again.done() == {0, 2}
    assert again.summary()["failing"] == [1]
    again.write(_line(1))
    assert again.summary() == {
        "passed": 3, "failing": [], "seconds": round(4.5), "counts": {"rows": 6},
    }  # fmt: skip
    assert not Journal.of("heat", 8, tmp_path).done()


def test_a_line_cut_off_by_a_kill_is_one_trial_to_do(tmp_path: Path) -> None:
    journal = Journal.of("heat", 1, tmp_path)
    journal.write(_line(0))
    with journal.path.open("a") as file:
        file.write('{"trial": 1, "sec')
    assert journal.done() == {0}
    journal.write(_line(1))
    assert journal.done() == {0, 1}


@pytest.mark.django_db
def test_a_trial_leaves_nothing_and_a_failure_is_written_down() -> None:
    def leaves(seed: int, number: int) -> dict[str, int]:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO places_stamp (name, value) VALUES ('campaign', 1)")
        assert number == 0, "as it should"
        return {"trials": 1}

    part = SimpleNamespace(trial=leaves)
    assert campaign._trial(part, 1, 0)["counts"] == {"trials": 1}
    assert "as it should" in campaign._trial(part, 1, 1)["failed"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM places_stamp WHERE name = 'campaign'")
        assert cursor.fetchone() == (0,)


def test_the_same_seed_and_number_is_the_same_trial() -> None:
    assert attack(1, 3) == attack(1, 3) != attack(2, 3)
