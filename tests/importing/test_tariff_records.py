"""Dated prices from a file: taken once, never over another's days, taken back before they hold."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from municipality.billing.models import Tariff
from tests import builders as b
from tests.importing.files import imported

pytestmark = pytest.mark.django_db
HEAD = "key;kind;zone;from;to;amount;minutes;decision"
TODAY = dt.date(2026, 11, 22)


def a_row(key: str = "1", **said: str) -> str:
    told = {"kind": "parking", "zone": "", "from": "2099-01-01", "to": "", "amount": "0.200",
            "minutes": "60", "decision": "قرار 1/2099", **said}  # fmt: skip
    return ";".join((key, *told.values()))


def report_of(folder: Path, *rows: str) -> Any:
    path = folder / "tariffs.csv"
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return imported(path, "tariffs", on=TODAY).report


def test_a_price_is_taken_with_its_days_and_source(tmp_path: Path) -> None:
    found = report_of(
        tmp_path, a_row(), a_row("2", zone="٧", amount="0.500", to="2099-12-31"),
        a_row("3", kind="تصريح مواقف لمنطقة", amount="15", minutes=""),
    )  # fmt: skip
    assert (found.refused, found.swap["tariffs"]) == (0, 3)
    of_zone = Tariff.objects.get(zone_code="7")
    assert (of_zone.amount_baisa, of_zone.per_minutes) == (500, 60)
    assert of_zone.valid.upper == dt.date(2100, 1, 1) and of_zone.source == "قرار 1/2099"
    assert Tariff.objects.get(kind="parking_permit_zone").amount_baisa == 15_000


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"kind": "sweets"}, "unknown_word"), ({"amount": ""}, "value_missing"),
        ({"from": ""}, "date_missing"), ({"to": "2098-01-01"}, "days_reversed"),
        ({"from": "2020-01-01"}, "tariff_meets_another"),
    ],
)  # fmt: skip
def test_a_row_that_is_no_price_is_refused_with_its_reason(tmp_path, row, code) -> None:
    b.a_tariff(100, (dt.date(2016, 8, 3), dt.date(2026, 1, 1)))
    assert code in dict(report_of(tmp_path, a_row(**row)).verdicts)
    assert Tariff.objects.count() == 1


def test_two_rows_of_one_file_do_not_meet_and_the_same_file_takes_nothing(tmp_path: Path) -> None:
    found = report_of(tmp_path, a_row(), a_row("2", **{"from": "2099-06-01", "amount": "0.3"}))
    assert dict(found.verdicts)["tariff_meets_another"] == 1 and found.swap["tariffs"] == 1
    again = report_of(tmp_path, a_row())
    assert again.swap["tariffs"] == 0 and again.swap["known_tariffs"] == 1


def test_a_batch_is_taken_back_while_none_of_it_holds(tmp_path: Path) -> None:
    batch = report_of(tmp_path, a_row()).swap["batch"]
    call_command("undo_records", str(batch))
    assert not Tariff.objects.exists()
    batch = report_of(tmp_path, a_row("2", **{"from": "2020-01-01"})).swap["batch"]
    with pytest.raises((CommandError, SystemExit)):
        call_command("undo_records", str(batch))
    assert Tariff.objects.count() == 1
