"""A file in another datum than declared is recognised, never silently taken."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from municipality import crs
from plots.models import Plot
from tests.builders import a_wilayat, square
from tests.importing.files import LATER, a_row, geopackage, imported, row_of_squares

pytestmark = pytest.mark.django_db
PSD93 = 3440


def _as_psd93(shape: shapely.Geometry) -> shapely.Geometry:
    """The same ground in PSD93 numbers, by the pinned operation backwards."""
    return crs.from_metric(np.array([shape], dtype=object), srid=PSD93)[0]


def _grid(count: int = 6) -> list[dict[str, object]]:
    return [
        a_row(f"G{i}-{j}", square(i * 20, j * 20)) for i in range(count * 8) for j in range(count)
    ]


def test_a_psd93_file_is_brought_to_the_city_by_the_pinned_operation(tmp_path: Path) -> None:
    rows = [{**row, "shape": _as_psd93(row["shape"])} for row in row_of_squares(3)]
    report = imported(geopackage(tmp_path, rows, srid=PSD93)).report
    assert report.operation == "PSD93 to WGS 84 (1), EPSG:1439"
    held = shapely.from_wkb(bytes(Plot.objects.get(register_key="P0").boundary.wkb))
    assert shapely.hausdorff_distance(held, square()) < 0.001


def test_psd93_numbers_declared_as_wgs84_are_refused_by_the_register(tmp_path: Path) -> None:
    imported(geopackage(tmp_path, row_of_squares(8)))
    rows = [{**row, "shape": _as_psd93(row["shape"])} for row in row_of_squares(8)]
    outcome = imported(geopackage(tmp_path, rows), on=LATER)
    assert outcome.report.verdicts == {"wrong_datum": 8} and not outcome.report.made
    assert "EPSG:3440" in outcome.rows.details[0][-1]


def test_wgs84_numbers_declared_as_psd93_are_refused_by_the_register(tmp_path: Path) -> None:
    imported(geopackage(tmp_path, row_of_squares(8)))
    report = imported(geopackage(tmp_path, row_of_squares(8)), on=LATER, source_crs=PSD93).report
    assert report.verdicts["wrong_datum"] == 8 and not report.made


def test_one_plot_in_another_datum_is_found_by_its_key(tmp_path: Path) -> None:
    imported(geopackage(tmp_path, row_of_squares(8)))
    rows = row_of_squares(8)
    rows[3]["shape"] = _as_psd93(rows[3]["shape"])
    report = imported(geopackage(tmp_path, rows), on=LATER).report
    assert report.verdicts["wrong_datum"] == 1 and report.accepted == 7


def test_one_plot_that_fits_its_neighbours_only_after_a_shift_is_named(tmp_path: Path) -> None:
    rows = _grid()
    lone = next(row for row in rows if row["register_key"] == "G20-3")
    lone["shape"] = _as_psd93(lone["shape"])
    wide = [a_row(f"W{i}", square(-900 + i * 20, -400, 20, 390)) for i in range(100)]
    report = imported(geopackage(tmp_path, rows + wide)).report
    assert report.verdicts["wrong_datum"] == 1


def test_a_first_file_beside_every_wilayat_is_doubted(tmp_path: Path) -> None:
    a_wilayat(shape=square(0, 0, 200, 40))
    rows = [{**row, "shape": _as_psd93(row["shape"])} for row in row_of_squares(8)]
    half = [{**row, "register_key": f"H{i}"} for i, row in enumerate(row_of_squares(1))]
    report = imported(geopackage(tmp_path, rows + half)).report
    assert report.verdicts.get("outside_boundaries") or report.verdicts.get("wrong_datum")


def test_ongd_systems_are_not_the_same_silently(tmp_path: Path) -> None:
    imported(geopackage(tmp_path, row_of_squares(8)))
    rows = [
        {**row, "shape": crs.from_metric(np.array([row["shape"]], dtype=object), srid=9296)[0]}
        for row in row_of_squares(8)
    ]
    report = imported(geopackage(tmp_path, rows), on=LATER).report
    assert report.verdicts["wrong_datum"] == 8


def _rekeyed(rows: list[dict[str, object]], *, shift: bool) -> list[dict[str, object]]:
    return [
        a_row(f"X{i}", _as_psd93(row["shape"]) if shift else row["shape"])
        for i, row in enumerate(rows)
    ]


def _of_many_sizes(count: int = 30) -> list[dict[str, object]]:
    return [a_row(f"P{i}", square(i * 30, 0, 20 + i % 7, 22 + i % 5)) for i in range(count)]


def test_a_rekeyed_file_in_another_datum_is_recognised_by_the_ground(tmp_path: Path) -> None:
    rows = _of_many_sizes()
    imported(geopackage(tmp_path, rows))
    report = imported(geopackage(tmp_path, _rekeyed(rows, shift=True)), on=LATER).report
    assert report.verdicts.get("wrong_datum") == len(rows) and not report.made


def test_a_rekeyed_file_in_the_declared_datum_is_taken(tmp_path: Path) -> None:
    rows = _of_many_sizes()
    imported(geopackage(tmp_path, rows))
    report = imported(geopackage(tmp_path, _rekeyed(rows, shift=False)), on=LATER).report
    assert report.made and "wrong_datum" not in report.verdicts
    assert report.swap["lineage"] == {"renumber": len(rows)}


def test_new_plots_that_fit_a_gap_only_in_another_datum_are_doubted(tmp_path: Path) -> None:
    town = _grid(12)
    gap = [row for row in town if str(row["register_key"]).split("-")[1] == "5"]
    imported(geopackage(tmp_path, [row for row in town if row not in gap]))
    around = [a_row(f"W{i}", square(-1_000 + 20 * i, -600, 20, 590)) for i in range(100)]
    imported(geopackage(tmp_path, around, name="w.gpkg"))
    report = imported(geopackage(tmp_path, _rekeyed(gap, shift=True)), on=LATER).report
    assert report.verdicts.get("wrong_datum") == len(gap) and not report.made


def test_new_plots_beside_a_grid_of_like_plots_are_taken(tmp_path: Path) -> None:
    imported(geopackage(tmp_path, _grid(12)))
    new = [a_row(f"N{i}-{j}", square(i * 20, -200 + j * 20)) for i in range(20) for j in range(10)]
    report = imported(geopackage(tmp_path, new), on=LATER).report
    assert report.made and "wrong_datum" not in report.verdicts


def _houses(plots: list[dict[str, object]], *, shift: bool) -> list[dict[str, object]]:
    found = []
    for i, row in enumerate(plots):
        house = shapely.buffer(row["shape"], -2.0, join_style="mitre")
        found.append({"register_key": f"H{i}", "shape": _as_psd93(house) if shift else house})
    return found


@pytest.mark.parametrize("shift", [True, False])
def test_buildings_that_lie_in_their_plots_only_in_another_datum_are_doubted(
    tmp_path: Path, shift: bool
) -> None:
    plots = _grid(12)
    imported(geopackage(tmp_path, plots))
    houses = _houses(plots, shift=shift)
    report = imported(geopackage(tmp_path, houses, layer="buildings"), "buildings").report
    assert report.made is not shift
    assert report.verdicts.get("wrong_datum", 0) == (len(houses) if shift else 0)


@pytest.mark.parametrize("corner", ["G0-0", "G0-3", "G3-0", "G3-3"])
def test_a_plot_drawn_over_a_corner_makes_no_datum_of_it(tmp_path: Path, corner: str) -> None:
    """A rival a metre away frees nobody: the plot at the corner is not shifted, but covered."""
    rows = [a_row(f"G{i}-{j}", square(i * 20, j * 20)) for i in range(4) for j in range(4)]
    covered = next(row["shape"] for row in rows if row["register_key"] == corner)
    rows.append(a_row("over it", covered.buffer(0.7)))
    report = imported(geopackage(tmp_path, rows)).report
    assert "wrong_datum" not in report.verdicts and report.accepted == 17
    assert report.verdicts["overlaps_neighbour"] >= 2
