"""Violations from before the platform: accounted for, payable, and taken back whole."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from municipality.billing.bills.models import Bill
from parking_zones.models import Violation
from parking_zones.violations.queries import found_by
from tests import builders as b
from tests.importing.files import imported

pytestmark = pytest.mark.django_db
HEAD = "violation_no;plate;offence;zone;date;fine;status"
TODAY = dt.date(2026, 11, 22)


@pytest.fixture(autouse=True)
def facts() -> None:
    b.a_zone("7")
    b.an_offence("no_ticket", 3_000, valid=(None, dt.date(2016, 8, 3)))
    b.an_offence("no_ticket", 10_000, valid=(dt.date(2016, 8, 3), None))


def a_row(number: str = "V-1", **said: str) -> str:
    told = {"plate": "١١١١ ب", "offence": "no_ticket", "zone": "7", "date": "2020-03-01 10:30",
            "fine": "", "status": "due", **said}  # fmt: skip
    return ";".join((number, *told.values()))


def report_of(folder: Path, *rows: str) -> Any:
    path = folder / "violations.csv"
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return imported(path, "violations", on=TODAY).report


def test_one_that_is_due_is_found_and_can_be_paid(tmp_path: Path) -> None:
    found = report_of(
        tmp_path, a_row(), a_row("V-2", status="مدفوعة"), a_row("V-3", status="ملغاة"),
        a_row("V-4", date="2015-01-01 09:00"), a_row("V-5", fine="20.500"),
    )  # fmt: skip
    assert (found.read, found.refused) == (5, 0)
    assert found.swap["violations"] == 5 and found.swap["bills"] == 3
    assert found.swap["due_baisa"] == 10_000 + 3_000 + 20_500
    words = {
        number: known.word
        for number in ("V-1", "V-2", "V-3", "V-4")
        if (known := found_by(number=number, plate_key="OM-1111-B")) is not None
    }
    assert words == {"V-1": "due", "V-2": "paid", "V-3": "cancelled", "V-4": "due"}
    assert Violation.objects.get(number="V-4").fine_baisa == 3_000


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"plate": "x"}, "bad_plate"), ({"offence": "parking"}, "unknown_offence"),
        ({"zone": "99"}, "unknown_zone"), ({"date": ""}, "date_missing"),
    ],
)  # fmt: skip
def test_a_row_that_says_no_violation_is_refused_with_its_reason(tmp_path, row, code) -> None:
    assert code in dict(report_of(tmp_path, a_row(**row)).verdicts)
    assert not Violation.objects.exists()


def test_the_same_file_twice_takes_nothing_and_another_fact_is_refused(tmp_path: Path) -> None:
    report_of(tmp_path, a_row())
    again = report_of(tmp_path, a_row())
    assert again.swap["violations"] == 0 and again.swap["known_violations"] == 1
    assert "violation_differs" in dict(report_of(tmp_path, a_row(plate="72 AB")).verdicts)


def test_a_batch_is_taken_back_unless_one_was_paid(tmp_path: Path) -> None:
    batch = report_of(tmp_path, a_row(), a_row("V-2")).swap["batch"]
    call_command("undo_records", str(batch))
    assert not Violation.objects.exists()
    assert set(Bill.objects.values_list("state", flat=True)) == {"cancelled"}
    batch = report_of(tmp_path, a_row("V-9")).swap["batch"]
    Bill.objects.filter(state="due").update(state="paid")
    with pytest.raises((CommandError, SystemExit)):
        call_command("undo_records", str(batch))
    assert Violation.objects.exists()
