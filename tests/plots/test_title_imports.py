"""Title deeds from files: every row accounted for, a deed whole or not at all, and taken back."""

import datetime as dt
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from municipality.importing.models import RecordBatch
from plots.models import Title, TitleShare
from plots.register.titles import owners_of
from tests import builders as b
from tests.importing.files import imported
from tests.plots.titles import HALVES, a_file, a_row, a_title

pytestmark = pytest.mark.django_db
ON = dt.date(2026, 11, 28)


def verdicts(folder: Path, *rows: list[str], **how) -> dict[str, int]:
    """What an import of some rows says of them."""
    return imported(a_file(folder, rows), "titles", **how).report.verdicts


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("utf-8-sig", ","), ("utf-8", ";"), ("cp1256", ";"), ("cp1256", ","), ("utf-16", "\t")],
)
def test_arabic_tables_of_office_programs_are_read_in_their_encodings(
    tmp_path: Path, encoding: str, mark: str
) -> None:
    plot = b.a_plot()
    rows = [a_row(owner="سالم", share="1/3"), a_row(owner="مريم", civil="", share="2/3")]
    report = imported(a_file(tmp_path, rows, encoding=encoding, mark=mark), "titles").report
    assert (report.read, report.accepted, report.refused) == (2, 2, 0)
    assert [one.name for one in owners_of(plot.pk, ON)] == ["سالم", "مريم"]
    assert report.facts["encoding"].startswith(encoding.removesuffix("-sig"))


def test_a_damaged_line_of_a_utf_8_table_costs_its_deed_and_no_other(tmp_path: Path) -> None:
    b.a_plot()
    b.a_plot("k2", b.square(40, 0), number="2418")
    path = a_file(tmp_path, [a_row("D-1"), a_row("D-2", number="2418")], encoding="utf-8")
    lines = path.read_bytes().split(b"\n")
    lines[2] = lines[2].decode().encode("cp1256")
    path.write_bytes(b"\n".join(lines))
    report = imported(path, "titles").report
    assert (report.accepted, report.refused) == (1, 1)
    assert report.verdicts["wrong_encoding"] == 1


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"number": "9999"}, "unknown_plot"), ({"number": ""}, "number_missing"),
        ({"share": "1/0"}, "bad_share"), ({"share": "-1/2"}, "bad_share"),
        ({"share": "0"}, "bad_share"), ({"share": ""}, "value_missing"),
        ({"share": "999999999/1000000000"}, "shares_not_one"), ({"share": "1/2"}, "shares_not_one"),
        ({"since": "31/02/2015"}, "bad_date"), ({"since": ""}, "date_missing"),
        ({"owner": ""}, "name_missing"), ({"area": "لا منطقة"}, "unknown_plot"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_taken_is_refused_by_name(
    tmp_path: Path, row: dict[str, str], code: str
) -> None:
    b.a_plot()
    found = verdicts(tmp_path, a_row(**row))
    assert found[code] == 1 and not Title.objects.exists()


def test_one_refused_row_refuses_its_deed_and_leaves_the_others(tmp_path: Path) -> None:
    b.a_plot()
    other = b.a_plot("k2", b.square(40, 0), number="2418")
    found = verdicts(
        tmp_path,
        a_row("D-1", share="1/2"), a_row("D-1", owner="مريم", share="0/2"),
        a_row("D-2", number="2418"), a_row("", number="2418"),
    )  # fmt: skip
    assert found == {"bad_share": 1, "deed_refused": 1, "key_missing": 1}
    assert [title.plot_id for title in Title.objects.all()] == [other.pk]


def test_a_deed_that_stands_twice_is_refused_whole(tmp_path: Path) -> None:
    b.a_plot()
    b.a_plot("k2", b.square(40, 0), number="2418")
    for again in ({}, {"number": "2418"}, {"since": "04/02/2015", "owner": "مريم"}):
        found = verdicts(tmp_path, a_row(), a_row(**again))
        assert found == {"duplicate_deed": 1, "deed_refused": 1}
    assert not Title.objects.exists()


def test_a_number_of_two_plots_needs_its_area(tmp_path: Path) -> None:
    wilayat = b.a_wilayat()
    area = b.an_area(wilayat)
    mine = b.a_plot(wilayat=wilayat, area=area)
    b.a_plot("k2", b.square(40, 0))
    assert verdicts(tmp_path, a_row()) == {"plot_of_several": 1}
    assert verdicts(tmp_path, a_row(area="الحيل الشمالية")) == {}
    assert Title.objects.get().plot == mine


def test_a_newer_deed_ends_the_one_before_it_in_the_file_and_in_the_register(
    tmp_path: Path,
) -> None:
    plot = b.a_plot()
    a_title(plot, "D-0", HALVES)  # since 2000
    found = verdicts(
        tmp_path, a_row("D-1", since="03/02/2015"), a_row("D-2", since="01/06/2020", owner="مريم")
    )
    assert found == {"ended_by_next": 1}
    spans = {title.deed_number: title.valid for title in Title.objects.all()}
    assert (spans["D-0"].upper, spans["D-1"].upper) == (dt.date(2015, 2, 3), dt.date(2020, 6, 1))
    assert spans["D-2"].upper is None
    assert [one.name for one in owners_of(plot.pk, ON)] == ["مريم"]


def test_an_older_deed_and_one_of_other_shares_are_refused(tmp_path: Path) -> None:
    plot = b.a_plot()
    a_title(plot, "D-9", HALVES, valid=(dt.date(2020, 1, 1), None))
    assert verdicts(tmp_path, a_row("D-1", since="03/02/2015")) == {"title_overlaps": 1}
    assert verdicts(tmp_path, a_row("D-9", since="01/01/2020")) == {"deed_differs": 1}


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    b.a_plot()
    rows = [a_row(share="1/2"), a_row(owner="مريم", share="2/4")]
    assert verdicts(tmp_path, *rows) == {}
    held = set(TitleShare.objects.values_list("pk", "numerator", "denominator"))
    assert verdicts(tmp_path, *rows) == {"deed_known": 2}
    assert set(TitleShare.objects.values_list("pk", "numerator", "denominator")) == held


def test_a_batch_is_taken_back_whole_and_what_it_ended_holds_again(tmp_path: Path) -> None:
    plot = b.a_plot()
    a_title(plot, "D-0", HALVES)
    first = imported(a_file(tmp_path, [a_row("D-1")]), "titles").report.swap
    second = imported(a_file(tmp_path, [a_row("D-2", since="01/01/2021")]), "titles").report.swap
    assert (first["titles"], first["ended"], first["titles_in_force"]) == (1, 1, 1)
    with pytest.raises(CommandError, match="undone first"):
        call_command("undo_records", str(first["batch"]))
    call_command("undo_records", str(second["batch"]))
    call_command("undo_records", str(first["batch"]))
    with pytest.raises(CommandError, match="before"):
        call_command("undo_records", str(first["batch"]))
    title = Title.objects.get()
    assert title.deed_number == "D-0" and title.valid.upper is None and title.ended_by is None
    assert RecordBatch.objects.filter(undone_at=None).count() == 0


def test_the_command_accounts_for_every_row_and_a_dry_run_keeps_nothing(tmp_path: Path) -> None:
    b.a_plot()
    path = a_file(tmp_path, [a_row("D-1"), a_row("D-2", number="77")], encoding="cp1256")
    report, refused = tmp_path / "report.json", tmp_path / "refused.gpkg"
    told = {"report": report, "refused": refused}
    call_command("import_records", "titles", str(path), dry_run=True, **told)
    said = json.loads(report.read_text("utf-8"))
    assert said["read"] == said["accepted"] + said["repaired"] + said["refused"] == 2
    assert said["words"]["unknown_plot"]["ar"] and said["refused_file"]["rows"] == 1
    assert not Title.objects.exists() and not RecordBatch.objects.exists()
    call_command("import_records", "titles", str(path), **told)
    said = json.loads(report.read_text("utf-8"))
    assert (said["titles"], said["shares"], said["plots_without_title"]) == (1, 1, 0)
    batch = RecordBatch.objects.get(pk=said["batch"])
    assert batch.sha256 == said["sha256"] and batch.totals["titles"] == 1


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["D-1", "D-2", "D-3", ""]), st.sampled_from(["2417", "2418", "5", ""]),
            st.sampled_from(["1", "1/2", "1/3", "2/3", "0", "x", ""]),
            st.sampled_from(["03/02/2015", "01/01/2020", "99/99/2020", ""]),
            st.sampled_from(["سالم", "مريم", ""]),
        ),
        max_size=8,
    )
)  # fmt: skip
def test_whatever_a_file_holds_each_row_is_counted_once_and_each_title_taken_is_whole(
    tmp_path_factory, made
) -> None:
    Title.objects.all().delete()
    for key, number, x in (("k1", "2417", 0), ("k2", "2418", 40)):
        if not b.Plot.objects.filter(register_key=key).exists():
            b.a_plot(key, b.square(x, 0), number=number)
    rows = [
        a_row(deed, number=number, share=share, since=since, owner=owner)
        for deed, number, share, since, owner in made
    ]
    report = imported(a_file(tmp_path_factory.mktemp("t"), rows), "titles").report
    assert report.read == len(rows) == report.accepted + report.repaired + report.refused
    shares = TitleShare.objects.count()
    assert report.accepted == shares
    for title in Title.objects.all():
        assert sum(one.share for one in owners_of(title.plot_id, title.valid.lower)) == 1
