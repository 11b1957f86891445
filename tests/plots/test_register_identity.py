"""A plot keeps its id over re-imports; what happened to the ground is written as lineage."""

import datetime as dt
from pathlib import Path

import pytest

from plots.models import Lineage, Plot, PlotNumber, PlotVersion
from plots.register import plot_swap
from tests.builders import square
from tests.importing.files import DAY, LATER, a_row, geopackage, imported, row_of_squares

pytestmark = pytest.mark.django_db


def _ids() -> dict[str, int]:
    return dict(Plot.objects.values_list("register_key", "pk"))


def _links() -> set[tuple[str, str, str]]:
    rows = Lineage.objects.values_list("parent__register_key", "child__register_key", "kind")
    return set(rows)


def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    path = geopackage(tmp_path, row_of_squares(5))
    imported(path)
    ids = _ids()
    report = imported(path, on=LATER).report
    assert report.made and report.swap["unchanged"] == 5
    assert _ids() == ids and not PlotVersion.objects.exists()
    assert set(Plot.objects.values_list("version", flat=True)) == {1}


def test_a_ring_that_begins_elsewhere_is_the_same_boundary(tmp_path: Path) -> None:
    rows = row_of_squares(3)
    imported(geopackage(tmp_path, rows))
    turned = [{**row, "shape": row["shape"].reverse().normalize()} for row in rows]
    assert imported(geopackage(tmp_path, turned), on=LATER).report.swap["unchanged"] == 3


def test_a_changed_plot_keeps_its_id_and_leaves_a_closed_version(tmp_path: Path) -> None:
    rows = row_of_squares(4)
    imported(geopackage(tmp_path, rows))
    ids = _ids()
    rows[0] |= {"use_class": "commercial"}
    rows = [{"use_class": "residential", **row} for row in rows]
    rows[0]["use_class"] = "commercial"
    imported(geopackage(tmp_path, rows), on=LATER)
    plot = Plot.objects.get(register_key="P0")
    past = PlotVersion.objects.get(plot=plot)
    assert plot.pk == ids["P0"] and plot.version == 2 and plot.use_class == "commercial"
    assert plot.valid.lower == LATER and plot.valid.upper is None
    assert (past.version, past.use_class) == (1, "undefined")
    assert (past.valid.lower, past.valid.upper) == (DAY, LATER)


def test_a_split_closes_the_parent_and_links_its_children(tmp_path: Path) -> None:
    imported(geopackage(tmp_path, row_of_squares(4)))
    rows = row_of_squares(4)[1:]
    rows += [a_row("P0a", square(0, 0, 10, 20)), a_row("P0b", square(10, 0, 10, 20))]
    report = imported(geopackage(tmp_path, rows), on=LATER).report
    assert report.swap["retired"] == 1 and report.swap["lineage"] == {"split": 2}
    assert _links() == {("P0", "P0a", "split"), ("P0", "P0b", "split")}
    assert Plot.objects.get(register_key="P0").valid.upper == LATER


def test_a_merge_links_every_parent(tmp_path: Path) -> None:
    imported(geopackage(tmp_path, row_of_squares(4)))
    rows = [*row_of_squares(4)[2:], a_row("M", square(0, 0, 40, 20))]
    report = imported(geopackage(tmp_path, rows), on=LATER).report
    assert report.swap["lineage"] == {"merge": 2}
    assert _links() == {("P0", "M", "merge"), ("P1", "M", "merge")}


def test_a_plot_that_gives_up_a_part_is_split_and_keeps_its_id(tmp_path: Path) -> None:
    imported(geopackage(tmp_path, row_of_squares(3)))
    ids = _ids()
    rows = row_of_squares(3)
    rows[0]["shape"] = square(0, 0, 12, 20)
    rows.append(a_row("P0x", square(12, 0, 8, 20)))
    imported(geopackage(tmp_path, rows), on=LATER)
    assert _ids()["P0"] == ids["P0"]
    assert _links() == {("P0", "P0x", "split")}


def test_ground_that_moves_between_neighbours_is_a_reshape(tmp_path: Path) -> None:
    imported(geopackage(tmp_path, row_of_squares(3)))
    rows = row_of_squares(3)
    rows[0]["shape"], rows[1]["shape"] = square(0, 0, 25, 20), square(25, 0, 15, 20)
    imported(geopackage(tmp_path, rows), on=LATER)
    assert _links() == {("P1", "P0", "reshape")}


def test_a_new_number_keeps_the_old_one_findable(tmp_path: Path) -> None:
    imported(geopackage(tmp_path, row_of_squares(3)))
    rows = row_of_squares(3)
    rows[0]["number"] = "2417"
    report = imported(geopackage(tmp_path, rows), on=LATER).report
    former = PlotNumber.objects.get()
    assert report.swap["renumbered"] == 1
    assert (former.number, former.kind, former.valid.upper) == ("P0", "number", LATER)
    assert _links() == {("P0", "P0", "renumber")}


def test_a_new_key_for_the_same_ground_is_a_renumbering(tmp_path: Path) -> None:
    imported(geopackage(tmp_path, row_of_squares(3)))
    rows = row_of_squares(3)
    rows[0] |= {"register_key": "N0"}
    imported(geopackage(tmp_path, rows), on=LATER)
    assert _links() == {("P0", "N0", "renumber")}


def test_a_part_of_the_city_retires_nothing_elsewhere(tmp_path: Path) -> None:
    imported(geopackage(tmp_path, row_of_squares(6)))
    elsewhere = [a_row("Q1", square(0, 500)), a_row("Q2", square(20, 500))]
    report = imported(geopackage(tmp_path, elsewhere), on=LATER).report
    assert report.swap["extent"] == "part" and report.swap["retired"] == 0
    assert Plot.objects.filter(valid__endswith__isnull=True).count() == 8


def test_a_full_file_retires_what_it_does_not_know(tmp_path: Path) -> None:
    imported(geopackage(tmp_path, row_of_squares(6)))
    report = imported(geopackage(tmp_path, row_of_squares(4)), on=LATER).report
    assert report.swap["extent"] == "full" and report.swap["retired"] == 2


def test_a_refused_row_leaves_its_plot_as_it_was(tmp_path: Path) -> None:
    imported(geopackage(tmp_path, row_of_squares(4)))
    rows = row_of_squares(4)
    rows[0]["number"] = None
    report = imported(geopackage(tmp_path, rows), on=LATER).report
    assert report.refused == 1 and report.swap["retired"] == 0
    assert Plot.objects.get(register_key="P0").valid.upper is None


def test_a_retired_plot_may_come_back(tmp_path: Path) -> None:
    imported(geopackage(tmp_path, row_of_squares(4)))
    imported(geopackage(tmp_path, row_of_squares(3)), on=dt.date(2026, 3, 1))
    report = imported(geopackage(tmp_path, row_of_squares(4)), on=LATER).report
    plot = Plot.objects.get(register_key="P3")
    assert report.swap["reopened"] == 1 and plot.version == 2 and plot.valid.upper is None
    assert PlotVersion.objects.get(plot=plot).valid.upper == dt.date(2026, 3, 1)


def test_two_changes_on_one_day_leave_a_version_that_held_on_no_day(tmp_path: Path) -> None:
    rows = row_of_squares(2)
    imported(geopackage(tmp_path, rows))
    rows[0]["number"] = "9"
    imported(geopackage(tmp_path, rows))
    assert PlotVersion.objects.get().valid.isempty
    assert Plot.objects.get(register_key="P0").version == 2


def test_a_swap_before_the_present_state_is_not_made(tmp_path: Path) -> None:
    rows = row_of_squares(2)
    imported(geopackage(tmp_path, rows), on=LATER)
    rows[0]["number"] = "9"
    report = imported(geopackage(tmp_path, rows), on=DAY).report
    assert not report.made and report.code == "present_began_later"
    assert Plot.objects.get(register_key="P0").number == "P0"


def test_a_dry_run_reports_the_swap_and_changes_nothing(tmp_path: Path) -> None:
    report = imported(geopackage(tmp_path, row_of_squares(3)), dry_run=True).report
    assert report.made and report.exit_code == 0 and report.swap["inserted"] == 3
    assert not Plot.objects.exists()


def test_an_abort_in_the_middle_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(geopackage(tmp_path, row_of_squares(3)))
    monkeypatch.setattr(plot_swap, "_KEEP_PAST", "SELECT 1/0")
    rows = row_of_squares(3)
    rows[0]["number"] = "9"
    report = imported(geopackage(tmp_path, rows), on=LATER).report
    assert not report.made and report.code == "database_refused"
    assert set(Plot.objects.values_list("number", flat=True)) == {"P0", "P1", "P2"}


def test_a_swap_lists_the_open_cases_it_touches(tmp_path: Path, settings: object) -> None:
    settings.OPEN_CASES_AT = ["tests.plots.test_register_identity.cases_at"]  # type: ignore[attr-defined]
    rows = row_of_squares(3)
    imported(geopackage(tmp_path, rows))
    rows[0]["number"] = "9"
    report = imported(geopackage(tmp_path, rows), on=LATER).report
    assert report.as_json()["touched_cases"] == [{"case": "X", "plots": 1}]


def cases_at(*, plot_ids: list[int]) -> list[dict[str, object]]:
    """Stands for the cases engine."""
    return [{"case": "X", "plots": len(plot_ids)}]


def test_the_file_of_another_town_twice_retires_nothing_here(tmp_path: Path) -> None:
    imported(geopackage(tmp_path, row_of_squares(3)))
    town = [a_row(f"Q{i}", square(20 * i, 3_000)) for i in range(6)]
    imported(geopackage(tmp_path, town), on=LATER)
    report = imported(geopackage(tmp_path, town), on=LATER).report
    assert report.swap["retired"] == 0 and report.swap["unchanged"] == 6


def test_the_file_of_the_next_town_twice_retires_nothing_across_the_border(tmp_path: Path) -> None:
    imported(geopackage(tmp_path, row_of_squares(12), name="west.gpkg"))
    town = [a_row(f"Q{i}", square(20 * i, 20)) for i in range(14)]
    shared = row_of_squares(1)  # a border plot that both files show
    imported(geopackage(tmp_path, town + shared, name="north.gpkg"), on=LATER)
    report = imported(geopackage(tmp_path, town + shared, name="north.gpkg"), on=LATER).report
    assert report.swap["extent"] == "full" and report.swap["retired"] == 0


def test_a_new_state_of_the_register_speaks_for_what_earlier_files_brought(tmp_path: Path) -> None:
    imported(geopackage(tmp_path, row_of_squares(8), name="2025.gpkg"))
    late = [a_row(f"L{i}", square(20 * i, 20)) for i in range(3)]
    imported(geopackage(tmp_path, late, name="update.gpkg"), on=dt.date(2026, 3, 1))
    rows = [{**row, "number": f"new {row['number']}"} for row in row_of_squares(7)] + late[:1]
    report = imported(geopackage(tmp_path, rows, name="2026.gpkg"), on=LATER).report
    gone = set(
        Plot.objects.filter(valid__endswith__isnull=False).values_list("register_key", flat=True)
    )
    assert gone == {"P7", "L1", "L2"} and report.swap["retired"] == 3


def test_what_a_file_has_no_column_for_stays_as_it_is(tmp_path: Path) -> None:
    full = [
        {**row, "krooki_number": f"K{i}", "use_class": "commercial", "height_m": 12.5}
        for i, row in enumerate(row_of_squares(3))
    ]
    imported(geopackage(tmp_path, full))
    rows = row_of_squares(3)
    rows[1]["number"] = "77"
    swap = imported(geopackage(tmp_path, rows), on=LATER).report.swap
    assert (swap["changed"], swap["unchanged"], swap["renumbered"]) == (1, 2, 1)
    assert {"krooki_number", "use_class", "height_m"} <= set(swap["kept_columns"])
    assert "number" not in swap["kept_columns"]
    held = Plot.objects.get(register_key="P1")
    assert (held.number, held.krooki_number, held.use_class, held.height_m) == (
        "77", "K1", "commercial", 12.5,
    )  # fmt: skip
    empty = [{**row, "krooki_number": None} for row in full]  # a column that says "none"
    assert imported(geopackage(tmp_path, empty), on=LATER).report.made
    assert not Plot.objects.exclude(krooki_number="").exists()
