"""Permits from before the platform: one row a plot, the rows of one number one permit."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from municipality.importing.models import RecordBatch
from plots.building_permits import issuing
from plots.building_permits.actions import Work
from plots.building_permits.construction.models import Construction
from plots.building_permits.jobs import expire_permits
from plots.building_permits.models import BuildingPermit
from tests import builders as b
from tests.building_permits import office as o
from tests.building_permits import works as w
from tests.importing.files import imported

pytestmark = pytest.mark.django_db
HEAD = "PERMITNO;PERMITYEAR;PERMITTYPE;PLOTNO;work;issue_date;valid_to;status"


def a_row(number: str = "1008", year: str = "1993", **said: str) -> str:
    """One row of an old register, as the municipality's own layer names its columns."""
    told = {"rank": "Major", "plot": "2417", "work": "new", "since": "03/02/1993", "to": "",
            "state": "", **said}  # fmt: skip
    return ";".join((number, year, *(told[name] for name in told)))


def a_file(folder: Path, *rows: str) -> Path:
    path = folder / "permits.csv"
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return path


def report_of(folder: Path, *rows: str) -> Any:
    return imported(a_file(folder, *rows), "building_permits").report


def verdicts(folder: Path, *rows: str) -> dict[str, int]:
    return dict(report_of(folder, *rows).verdicts)


def test_a_permit_of_1993_stands_in_the_register_over_its_plots(tmp_path: Path) -> None:
    first, second = b.a_plot(), b.a_plot("k2", b.square(40, 0), number="2418")
    found = report_of(tmp_path, a_row(plot="2417"), a_row(plot="2418"))
    assert (found.read, found.refused) == (2, 0)
    assert found.swap["permits"] == 1 and found.swap["permits_in_force"] == 0
    permit = BuildingPermit.objects.get()
    assert (permit.number, permit.rank, permit.work) == ("1008/1993", "major", "new")
    assert permit.state == "expired" and permit.valid.upper == dt.date(1995, 2, 3)
    assert permit.plot_numbers == "2417 + 2418" and permit.application is None
    assert permit.place.area == pytest.approx(first.boundary.area + second.boundary.area)
    page = Client().get("/permits/1993/1008/")
    assert page.status_code == 200 and "1008/1993" in page.content.decode()


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"number": "x12"}, "bad_permit_number"), ({"number": ""}, "key_missing"),
        ({"since": ""}, "date_missing"), ({"since": "31/31/1993"}, "bad_date"),
        ({"to": "01/01/1990"}, "days_reversed"), ({"plot": "9999"}, "unknown_plot"),
        ({"plot": ""}, "number_missing"),
    ],
)  # fmt: skip
def test_a_row_that_says_no_permit_is_refused_with_its_reason(
    tmp_path: Path, row: dict[str, str], code: str
) -> None:
    b.a_plot()
    assert code in verdicts(tmp_path, a_row(**row))
    assert not BuildingPermit.objects.exists()


def test_what_the_row_does_not_say_is_assumed_aloud(tmp_path: Path) -> None:
    b.a_plot()
    found = verdicts(tmp_path, a_row(work="", rank="", since="01/01/2026"))
    assert found == {"work_assumed": 1, "two_years_assumed": 1}
    permit = BuildingPermit.objects.get()
    assert (permit.work, permit.rank, permit.state) == ("new", "major", "valid")


def test_rows_of_one_number_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    b.a_plot()
    b.a_plot("k2", b.square(40, 0), number="2418")
    rows = (a_row(), a_row(plot="2418", rank="Minor"), a_row())
    assert verdicts(tmp_path, *rows)["duplicate_permit"] == 2
    assert BuildingPermit.objects.get().plot_numbers == "2417"


def test_the_same_file_again_changes_nothing_and_other_facts_are_refused(tmp_path: Path) -> None:
    b.a_plot()
    report_of(tmp_path, a_row(to="02/02/1995"))
    assert verdicts(tmp_path, a_row(to="02/02/1995")) == {"permit_known": 1}
    assert verdicts(tmp_path, a_row(to="02/02/1996")) == {"permit_differs": 1}
    assert BuildingPermit.objects.count() == 1


def test_a_batch_is_taken_back_while_nothing_stands_on_it(tmp_path: Path, monkeypatch) -> None:
    w.unsigned(monkeypatch)
    town = w.a_works_town()
    batch = report_of(tmp_path, a_row(plot="3041", since="01/01/2026")).swap["batch"]
    call_command("undo_records", str(batch))
    assert not BuildingPermit.objects.exists()
    again = report_of(tmp_path, a_row(plot="3041", since="01/01/2026")).swap["batch"]
    permit = BuildingPermit.objects.get()
    o.an_application(town, Work.CONSULTANT_CHANGE, permit=permit)
    with pytest.raises(CommandError, match="stand on"):
        call_command("undo_records", str(again))
    assert RecordBatch.objects.filter(undone_at=None).count() == 1


def test_an_office_takes_an_earlier_permit_over_and_its_works_begin(
    tmp_path: Path, monkeypatch
) -> None:
    w.unsigned(monkeypatch)
    town = w.a_works_town()
    report_of(tmp_path, a_row(plot="3041", since="01/01/2026"))
    permit = BuildingPermit.objects.get()
    case = o.an_application(town, Work.CONSULTANT_CHANGE, permit=permit)
    o.attached(town, case, "cancellation")
    o.moved(town, case, "submit")
    o.moved(town, case, "accept_free", "registrar")
    o.moved(town, case, "approve", "approver")
    w.issued(case)
    permit.refresh_from_db()
    works = Construction.objects.get(permit=permit)
    assert permit.consultancy_id == town.office.pk and permit.paper is not None
    client = Client()
    client.force_login(town.member)
    assert client.get(f"/cases/{works.case.public_id}/").status_code == 200
    assert client.get(f"/cases/{works.case.public_id}/as-built/").status_code == 404


def test_an_earlier_permit_runs_out_and_its_number_is_never_given_again(
    tmp_path: Path, monkeypatch
) -> None:
    b.a_plot()
    report_of(tmp_path, a_row(since="01/01/2026"))
    BuildingPermit.objects.update(valid=(dt.date(2020, 1, 1), dt.date(2022, 1, 1)))
    expire_permits()
    assert BuildingPermit.objects.get().state == "expired"
    serial = int(issuing._number(2026).split("/")[0])
    BuildingPermit.objects.update(number=f"{serial + 1}/2026")
    assert issuing._number(2026) == f"{serial + 2}/2026"
