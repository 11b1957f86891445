"""Powers of attorney from files: each on a title of the register, once, and taken back."""

import csv
import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from municipality.importing.models import RecordBatch
from plots.models import Title, TitleMandate
from plots.register import mandate_imports
from plots.register.title_models import MandateStanding
from tests import builders as b
from tests.importing.files import imported
from tests.plots.titles import a_title

pytestmark = pytest.mark.django_db
ARABIC = (
    "رقم سند الملكية", "اسم الوكيل", "الرقم المدني", "من تاريخ", "إلى تاريخ", "سند الوكالة",
)  # fmt: skip
ENGLISH = ("deed_number", "name", "civil_number", "valid_from", "valid_to", "paper")
PAPER = "وكالة 117/2026، 03/02/2026، الكاتب بالعدل بالسيب"


def a_row(deed: str = "D-1", **values: str) -> list[str]:
    """A mandate as a row of a file has it."""
    row = {
        "name": "مكتب الواحة", "civil": "1234567", "since": "03/02/2026", "last": "",
        "paper": PAPER, **values,
    }  # fmt: skip
    return [deed, *row.values()]


def a_file(
    folder: Path, rows: Sequence[Sequence[str]], *, head: Sequence[str] = ARABIC,
    encoding: str = "utf-8-sig",
) -> Path:  # fmt: skip
    """A table as an office program saves it."""
    path = folder / "mandates.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return path


def verdicts(folder: Path, *rows: list[str]) -> dict[str, int]:
    """What an import of some rows says of them."""
    return imported(a_file(folder, rows), "mandates").report.verdicts


@pytest.mark.parametrize("head", [ARABIC, ENGLISH])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1256"])
def test_a_mandate_is_taken_by_arabic_and_english_names_of_columns(
    tmp_path: Path, head: Sequence[str], encoding: str
) -> None:
    title = a_title(b.a_plot())
    rows = [a_row(), a_row(name="راشد", civil="7654321", last="31/12/2026")]
    report = imported(a_file(tmp_path, rows, head=head, encoding=encoding), "mandates").report
    assert (report.read, report.accepted, report.refused) == (2, 2, 0)
    assert report.swap["mandates"] == report.swap["mandates_on_record"] == 2
    first, second = TitleMandate.objects.order_by("pk")
    assert (first.title, first.name, first.source) == (title, "مكتب الواحة", PAPER)
    assert (first.valid.lower, first.last_day) == (dt.date(2026, 2, 3), None)
    assert (second.civil_number, second.last_day) == ("7654321", dt.date(2026, 12, 31))
    assert first.batch_id == report.swap["batch"] and first.entered_by is None


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"deed": "D-9"}, "unknown_deed"), ({"deed": ""}, "key_missing"),
        ({"name": ""}, "name_missing"), ({"name": "\u200b"}, "name_missing"),
        ({"since": ""}, "date_missing"), ({"since": "31/02/2026"}, "bad_date"),
        ({"last": "yesterday"}, "bad_date"), ({"last": "02/02/2026"}, "days_reversed"),
        ({"paper": ""}, "value_missing"), ({"name": "س" * 300}, "text_too_long"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_taken_is_refused_by_name_and_leaves_the_others(
    tmp_path: Path, row: dict[str, str], code: str
) -> None:
    a_title(b.a_plot())
    assert verdicts(tmp_path, a_row(**row), a_row(name="راشد")) == {code: 1}
    assert TitleMandate.objects.get().name == "راشد"


def test_a_mandate_that_stands_twice_is_taken_once(tmp_path: Path) -> None:
    a_title(b.a_plot())
    rows = [a_row(), a_row(civil="١٢٣٤٥٦٧", name=" مكتب  الواحة "), a_row(last="01/03/2026")]
    assert verdicts(tmp_path, *rows) == {"duplicate_mandate": 2}
    assert TitleMandate.objects.get().last_day is None


def test_one_day_is_a_mandate_and_another_paper_or_person_is_another(tmp_path: Path) -> None:
    a_title(b.a_plot())
    rows = [a_row(last="03/02/2026"), a_row(paper="وكالة 9"), a_row(civil=""), a_row(name="راشد")]
    assert verdicts(tmp_path, *rows) == {}
    assert TitleMandate.objects.count() == 4
    one = TitleMandate.objects.order_by("pk")[0]
    assert one.standing_on(dt.date(2026, 2, 2)) is MandateStanding.NOT_BEGUN
    assert one.standing_on(dt.date(2026, 2, 3)) is MandateStanding.HOLDS
    assert one.standing_on(dt.date(2026, 2, 4)) is MandateStanding.ENDED


def test_the_same_file_again_takes_nothing_new(tmp_path: Path) -> None:
    a_title(b.a_plot())
    rows = [a_row(), a_row(name="راشد", last="31/12/2026")]
    assert verdicts(tmp_path, *rows) == {}
    held = list(TitleMandate.objects.order_by("pk").values())
    report = imported(a_file(tmp_path, rows), "mandates").report
    assert report.verdicts == {"mandate_known": 2}
    assert (report.swap["mandates"], report.swap["known_mandates"]) == (0, 2)
    assert list(TitleMandate.objects.order_by("pk").values()) == held
    assert verdicts(tmp_path, a_row(last="31/12/2027")) == {"mandate_differs": 1}


def test_a_batch_is_taken_back_and_its_titles_after_it(tmp_path: Path) -> None:
    title = a_title(b.a_plot())
    kept = TitleMandate.objects.create(
        title=title, name="قديم", valid=(dt.date(2020, 1, 1), None), source="وكالة 1"
    )
    batch = imported(a_file(tmp_path, [a_row(), a_row(name="راشد")]), "mandates").report.swap[
        "batch"
    ]
    call_command("undo_records", str(batch))
    assert TitleMandate.objects.get() == kept
    with pytest.raises(CommandError, match="before"):
        call_command("undo_records", str(batch))


def test_titles_that_mandates_stand_on_are_not_taken_back_before_them(tmp_path: Path) -> None:
    from tests.plots import titles

    b.a_plot()
    deeds = imported(titles.a_file(tmp_path, [titles.a_row("D-1")]), "titles").report.swap
    mandates = imported(a_file(tmp_path, [a_row()]), "mandates").report.swap
    with pytest.raises(CommandError, match="undone first"):
        call_command("undo_records", str(deeds["batch"]))
    call_command("undo_records", str(mandates["batch"]))
    call_command("undo_records", str(deeds["batch"]))
    assert not Title.objects.exists()


def test_what_an_officer_ended_neither_goes_with_its_batch_nor_comes_back(
    tmp_path: Path,
) -> None:
    a_title(b.a_plot())
    rows = [a_row(), a_row(name="راشد")]
    batch = imported(a_file(tmp_path, rows), "mandates").report.swap["batch"]
    TitleMandate.objects.filter(name="راشد").update(
        valid=(dt.date(2026, 2, 3), dt.date(2026, 6, 1)), ended_by=b.a_person("registrar")
    )
    assert verdicts(tmp_path, *rows) == {"mandate_known": 1, "mandate_ended": 1}
    call_command("undo_records", str(batch))
    assert TitleMandate.objects.get().name == "راشد"
    assert verdicts(tmp_path, *rows) == {"mandate_ended": 1}
    assert TitleMandate.objects.get(name="راشد").last_day == dt.date(2026, 5, 31)


def test_the_control_without_keeping_it_the_next_file_revives_what_was_ended(
    tmp_path: Path, monkeypatch
) -> None:
    a_title(b.a_plot())
    batch = imported(a_file(tmp_path, [a_row()]), "mandates").report.swap["batch"]
    TitleMandate.objects.update(
        valid=(dt.date(2026, 2, 3), dt.date(2026, 6, 1)), ended_by=b.a_person("registrar")
    )
    monkeypatch.setattr(
        mandate_imports, "REMOVED", "DELETE FROM plots_titlemandate WHERE batch_id = %s"
    )
    call_command("undo_records", str(batch))
    assert not TitleMandate.objects.exists()
    assert verdicts(tmp_path, a_row()) == {}
    assert TitleMandate.objects.get().last_day is None


def test_the_database_itself_takes_a_mandate_once_and_with_days() -> None:
    title = a_title(b.a_plot())
    facts = {"title": title, "name": "راشد", "source": "وكالة 1"}
    TitleMandate.objects.create(**facts, valid=(dt.date(2026, 1, 1), None))
    for span in ((dt.date(2026, 1, 1), dt.date(2027, 1, 1)), (None, dt.date(2026, 1, 1)),
                 (dt.date(2026, 2, 1), dt.date(2026, 2, 1))):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            TitleMandate.objects.create(**facts, valid=span)
    TitleMandate.objects.create(**facts, valid=(dt.date(2026, 3, 1), None))  # given anew


def test_the_command_accounts_for_every_row_and_a_dry_run_keeps_nothing(tmp_path: Path) -> None:
    a_title(b.a_plot())
    path = a_file(tmp_path, [a_row(), a_row("D-9")], encoding="cp1256")
    report, refused = tmp_path / "report.json", tmp_path / "refused.gpkg"
    told = {"report": report, "refused": refused}
    call_command("import_records", "mandates", str(path), dry_run=True, **told)
    said = json.loads(report.read_text("utf-8"))
    assert said["read"] == said["accepted"] + said["repaired"] + said["refused"] == 2
    assert said["words"]["unknown_deed"]["ar"] and said["refused_file"]["rows"] == 1
    assert not TitleMandate.objects.exists() and not RecordBatch.objects.exists()
    call_command("import_records", "mandates", str(path), **told)
    said = json.loads(report.read_text("utf-8"))
    batch = RecordBatch.objects.get(pk=said["batch"])
    assert batch.totals["mandates"] == said["mandates"] == TitleMandate.objects.count() == 1


@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["D-1", "D-2", "D-9", ""]), st.sampled_from(["سالم", "مريم", ""]),
            st.sampled_from(["03/02/2026", "9999-12-31", "0001-01-01", "x", ""]),
            st.sampled_from(["", "31/12/2026", "9999-12-31", "01/01/1900"]),
            st.sampled_from(["وكالة 1", "وكالة 2", ""]),
        ),
        max_size=8,
    )
)  # fmt: skip
def test_whatever_a_file_holds_each_row_is_counted_once_and_again_is_nothing_new(
    tmp_path_factory, made
) -> None:
    TitleMandate.objects.all().delete()
    for deed, x in (("D-1", 0), ("D-2", 40)):
        if not Title.objects.filter(deed_number=deed).exists():
            a_title(b.a_plot(deed, b.square(x, 0), number=deed), deed)
    rows = [
        a_row(deed, name=name, since=since, last=last, paper=paper)
        for deed, name, since, last, paper in made
    ]
    folder = tmp_path_factory.mktemp("m")
    report = imported(a_file(folder, rows), "mandates").report
    assert report.read == len(rows) == report.accepted + report.repaired + report.refused
    assert report.accepted == TitleMandate.objects.count()
    again = imported(a_file(folder, rows), "mandates").report
    assert again.accepted == report.accepted == again.verdicts.get("mandate_known", 0)
    assert report.accepted == TitleMandate.objects.count()
