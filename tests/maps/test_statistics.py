"""The statistics: equal to other programs' answers, and lawful on any data."""

import json
import math
import os
import struct
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maps.heat.statistics import comparison, hot_spots, trends
from maps.heat.statistics.discovery import adjusted
from maps.heat.statistics.distributions import (
    beta_below,
    beta_point,
    binomial_chances,
    t_point,
    two_sided_normal,
    two_sided_t,
)
from maps.heat.statistics.neighbours import Pairs, steps_of, summed

ANSWERS = json.loads(Path(__file__).with_name("statistics_answers.json").read_text("utf-8"))
DATA = Path(os.environ.get("GEO_TEST_DATA", "nowhere")) / "oracles"
POINTS = np.array([(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)], float)
VALUES = np.array([2, 3, 3.2, 5, 8, 7])
PRINTED = {  # esda's documentation: oracles/SOURCE.md
    "B": [-1.0136729, -0.04361589, 1.31558703, -0.31412676, 1.15373986, 1.77833941],
    "B*": [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331],
    "R": [-0.62074534, -0.01780611, 1.31558703, -0.12824171, 0.28843496, 1.77833941],
    "R*": [-0.62488094, -0.09144599, 0.41150696, -0.09144599, 0.24690418, 1.28024388],
}


def z_of(values, near: Pairs, form: str):
    near = near.with_itself() if "*" in form else near
    near = near.by_row() if "R" in form else near
    return hot_spots.local_g(values, near, itself="*" in form)


@pytest.mark.parametrize("form", PRINTED)
def test_the_six_printed_z_scores(form) -> None:
    assert z_of(VALUES, Pairs.within(POINTS, 15), form) == pytest.approx(PRINTED[form], abs=1e-7)


@pytest.mark.parametrize("name", ["columbus/CRIME", "columbus/INC", "stl/HC7984", "stl/HR8893"])
@pytest.mark.parametrize("form", PRINTED)
def test_z_equals_esda_on_real_maps(name, form) -> None:
    told = ANSWERS[name]
    near = Pairs.of(dict(enumerate(told["neighbours"])))
    assert z_of(np.array(told["values"]), near, form) == pytest.approx(told[form], abs=1e-9)


def column_of(path: Path, name: str) -> list[float]:
    """One column of a DBF table, read from its bytes."""
    data = path.read_bytes()
    count, head, size = struct.unpack_from("<IHH", data, 4)
    at = 1
    for start in range(32, head - 1, 32):
        field, width = data[start : start + 11].split(b"\0")[0].decode(), data[start + 16]
        if field == name:
            rows = range(head, head + count * size, size)
            return [float(data[row + at : row + at + width]) for row in rows]
        at += width
    raise KeyError(name)


@pytest.mark.real_data
@pytest.mark.parametrize(("table", "name", "key"), [
    ("columbus/columbus.dbf", "CRIME", "columbus/CRIME"),
    ("stl/stl_hom.dbf", "HR8893", "stl/HR8893"),
])  # fmt: skip
def test_the_recorded_values_are_those_of_the_files(table, name, key) -> None:
    if not DATA.is_dir():
        pytest.skip("no real files here")
    assert column_of(DATA / table, name) == pytest.approx(ANSWERS[key]["values"])


def test_the_lattice_equals_esda_and_scipy() -> None:
    told = ANSWERS["lattice"]
    counts = np.array(told["counts"])
    z = hot_spots.lattice_g_star(counts, np.ones(counts.shape, bool), steps_of("queen"))
    assert z == pytest.approx(told["B*"], abs=1e-9)
    spots = hot_spots.verdicts(z)
    assert spots.p == pytest.approx(told["p"], rel=1e-9) and spots.q == pytest.approx(told["q"])
    hot = (spots.verdict == 3).reshape(counts.shape)
    assert hot[6, 6] and hot[6, 7] and not hot[12:].any()  # the planted spot, and it alone


grids = st.integers(1, 7).flatmap(
    lambda w: st.lists(
        st.lists(st.one_of(st.none(), st.integers(0, 30)), min_size=w, max_size=w),
        min_size=1, max_size=7,
    )
)  # fmt: skip


@settings(deadline=None)
@given(grids, st.sampled_from([("rook", 0), ("queen", 0), ("band", 2.0), ("band", 2.5)]))
def test_the_lattice_equals_listed_neighbours_on_any_ground(rows, kind) -> None:
    ground = np.array([[v is not None for v in row] for row in rows])
    counts = np.array([[v or 0 for v in row] for row in rows])
    if not ground.any():
        return
    steps = steps_of(kind[0], band_m=kind[1])
    number = {cell: i for i, cell in enumerate(zip(*np.nonzero(ground), strict=True))}
    near = {
        i: [number[y + dy, x + dx] for dx, dy in steps if (y + dy, x + dx) in number]
        for (y, x), i in number.items()
    }
    expected = hot_spots.local_g(counts[ground], Pairs.of(near).with_itself(), itself=True)
    found = hot_spots.lattice_g_star(counts, ground, steps)
    assert found == pytest.approx(expected, nan_ok=True, abs=1e-9)


def test_neighbours_by_kind() -> None:
    one = np.zeros((5, 5))
    one[2, 2] = 1
    assert {k: int(summed(one, steps_of(k)).sum()) for k in ("rook", "queen")} == {
        "rook": 4, "queen": 8,
    }  # fmt: skip
    assert set(steps_of("band", band_m=400, cell_m=400)) == set(steps_of("rook"))
    assert set(steps_of("band", band_m=600, cell_m=400)) == set(steps_of("queen"))
    assert len(steps_of("band", band_m=800, cell_m=400)) == 12
    with pytest.raises(ValueError, match="bishop"):
        steps_of("bishop")


@given(st.lists(st.integers(0, 50), min_size=9, max_size=60), st.integers(1, 9), st.integers(1, 5))
def test_z_does_not_depend_on_the_unit(values, times, wide) -> None:
    high = len(values) // 3
    counts = np.array(values[: high * 3]).reshape(high, 3)
    ground = np.ones(counts.shape, bool)
    z = hot_spots.lattice_g_star(counts, ground, steps_of("queen"))
    again = hot_spots.lattice_g_star(counts * times, ground, steps_of("queen"))
    assert again == pytest.approx(z, nan_ok=True, abs=1e-7)


def test_a_flat_city_has_no_spots_and_an_empty_one_neither() -> None:
    for counts in (np.zeros((6, 6)), np.full((6, 6), 3), np.zeros((1, 1))):
        z = hot_spots.lattice_g_star(counts, np.ones(counts.shape, bool), steps_of("queen"))
        spots = hot_spots.verdicts(z)
        assert np.isnan(spots.z).all() and (spots.verdict == 0).all()


def test_chance_alone_makes_hardly_any_spots_and_without_correction_many() -> None:
    """Control of the correction: uncorrected, five of a hundred cells would be believed."""
    rng = np.random.default_rng(2)
    believed = plain = 0
    for _ in range(10):
        counts = rng.poisson(4, (60, 60))
        z = hot_spots.lattice_g_star(counts, np.ones(counts.shape, bool), steps_of("queen"))
        spots = hot_spots.verdicts(z)
        believed += int((np.abs(spots.verdict) >= 2).sum())
        plain += int((spots.p <= 0.05).sum())
    assert believed <= 20 and plain > 1200


def test_cold_ground_is_found_too() -> None:
    counts = np.full((30, 30), 8)
    counts[::2, ::3] += 2
    counts[10:18, 10:18] = 0
    z = hot_spots.lattice_g_star(counts, np.ones(counts.shape, bool), steps_of("queen"))
    verdict = hot_spots.verdicts(z).verdict.reshape(30, 30)
    assert (verdict[12:16, 12:16] == -3).all() and (verdict[:5, :5] >= 0).all()


def test_fifty_thousand_cells_within_two_seconds() -> None:
    rng = np.random.default_rng(4)
    counts = rng.poisson(1, (250, 200))
    began = time.perf_counter()
    z = hot_spots.lattice_g_star(counts, np.ones(counts.shape, bool), steps_of("band", band_m=5))
    hot_spots.verdicts(z)
    assert len(z) == 50_000 and time.perf_counter() - began <= 2


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_q_is_the_textbook_step_up(values) -> None:
    p = np.array(values)
    q = adjusted(p)
    assert (q >= p - 1e-12).all() and (q <= 1).all()
    for rate in (0.01, 0.05, 0.1, 0.5):
        ranked = np.sort(p)
        m = len(p)
        ok = np.flatnonzero(ranked <= np.arange(1, m + 1) / m * rate * (1 + 1e-12))
        limit = ranked[ok[-1]] if len(ok) else -1
        clear = np.abs(q - rate) > 1e-9
        assert ((q <= rate) == (p <= limit))[clear].all()


def test_the_table_of_benjamini_and_hochberg_1995() -> None:
    p = np.array([.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262,
                  .5719, .6528, .7590, 1.0])  # fmt: skip
    assert (adjusted(p) <= 0.05).sum() == 4  # their example, section 3.1
    with_gap = np.insert(p, 3, np.nan)
    assert np.isnan(adjusted(with_gap)[3]) and (adjusted(with_gap) <= 0.05).sum() == 4
    assert np.isnan(adjusted(np.array([np.nan]))).all()


def test_tails_equal_scipy() -> None:
    for a, b, x, told in ANSWERS["beta"]:
        assert beta_below(np.array(a), np.array(b), np.array(x)) == pytest.approx(told, rel=1e-9)
        if 1e-6 < told < 1 - 1e-6:
            assert beta_point(np.array(a), np.array(b), told) == pytest.approx(x, rel=1e-7)
    for t, df, told in ANSWERS["t"]:
        assert two_sided_t(np.array(t), df) == pytest.approx(told, rel=1e-9)
    assert two_sided_normal(np.array([1.959963984540054, 0.0])) == pytest.approx([0.05, 1])
    assert t_point(10.0, 0.05) == pytest.approx(2.2281388519649385)
    assert binomial_chances(5, 0.5) == pytest.approx(np.array([1, 5, 10, 10, 5, 1]) / 32)
    assert beta_below(np.array(2), np.array(3), np.array([0.0, 1.0])).tolist() == [0, 1]


@pytest.mark.parametrize("row", ANSWERS["binomial"])
def test_two_periods_equal_scipy(row) -> None:
    after, before, share, p, low, high = row
    found = comparison.compared(np.array([after]), np.array([before]), exposure=share)
    assert found.p[0] == pytest.approx(p, rel=1e-9)
    odds = share / (1 - share)
    assert found.low[0] == pytest.approx(low / (1 - low) / odds, rel=1e-6, abs=1e-12)
    assert found.high[0] == (
        pytest.approx(high / (1 - high) / odds, rel=1e-6) if high < 1 else math.inf
    )


def test_the_worked_comparison() -> None:
    """docs/algorithms/heat-statistics.md: 30 days against 90."""
    change = comparison.compared(
        np.array([20, 10, 0, 2, 0]), np.array([15, 30, 12, 0, 0]), exposure=30 / 120
    )
    assert change.ratio[:4].tolist() == [4.0, 1.0, 0.0, math.inf] and np.isnan(change.ratio[4])
    assert change.verdict.tolist() == [1, 0, 0, 0, 0]
    assert change.p[1] == pytest.approx(1) and np.isnan(change.p[4])


@settings(deadline=None)
@given(st.integers(0, 60), st.integers(0, 60), st.floats(0.05, 0.95))
def test_both_directions_of_time_agree(after, before, share) -> None:
    there = comparison.compared(np.array([after]), np.array([before]), exposure=share)
    back = comparison.compared(np.array([before]), np.array([after]), exposure=1 - share)
    assert there.p == pytest.approx(back.p, nan_ok=True, rel=1e-6)
    if after and before:
        assert there.ratio == pytest.approx(1 / back.ratio)
        assert there.low == pytest.approx(1 / back.high, rel=1e-6)
        assert there.low[0] <= there.ratio[0] <= there.high[0]


def test_periods_need_an_exposure() -> None:
    for share in (0, 1, -1):
        with pytest.raises(ValueError, match="exposure"):
            comparison.compared(np.array([1]), np.array([1]), exposure=share)


def test_a_wrong_exposure_finds_changes_where_there_are_none() -> None:
    """Control of the exposure: a period three times as long has three times the reports."""
    rng = np.random.default_rng(7)
    after, before = rng.poisson(10, 300), rng.poisson(30, 300)
    assert (comparison.compared(after, before, exposure=0.25).verdict != 0).sum() <= 3
    assert (comparison.compared(after, before, exposure=0.5).verdict != 0).sum() > 100


@pytest.mark.parametrize("told", ANSWERS["trends"])
def test_trends_equal_statsmodels(told) -> None:
    counts, days, years = (np.array(told[k], float) for k in ("counts", "days", "years"))
    level, slope, error, chi2 = trends.fitted(counts, days, years)
    assert (level, slope, error) == pytest.approx(
        (told["level"], told["slope"], told["error_plain"]), rel=1e-6, abs=1e-8
    )
    assert chi2 / (len(counts) - 2) == pytest.approx(told["scale"], rel=1e-6)
    found = trends.trend(counts, days, years)
    assert found.p == pytest.approx(told["p"], rel=1e-6)
    assert found.low < found.per_year < found.high
    assert found.dispersion >= 1


def test_bunched_reports_are_no_trend_and_without_the_correction_many_would_be() -> None:
    rng = np.random.default_rng(3)
    years, days = np.arange(36) / 12, np.full(36, 30.0)
    quasi, plain = [], 0
    for _ in range(200):
        counts = rng.negative_binomial(1, 1 / 11, 36)  # variance eleven times the mean
        one = trends.trend(counts, days, years)
        quasi.append(one)
        plain += abs(one.slope) / (one.error / one.dispersion**0.5) > 1.96
    _, verdict = trends.verdicts(quasi)
    assert (verdict != 0).sum() <= 4 and plain > 40


def test_a_real_rise_and_fall_are_told() -> None:
    years, days = np.arange(24) / 12, np.full(24, 30.0)
    rise = trends.trend(np.round(20 * np.exp(0.5 * years)), days, years)
    fall = trends.trend(np.round(80 * np.exp(-0.7 * years)), days, years)
    _, verdict = trends.verdicts([rise, fall, trends.UNKNOWN])
    assert verdict.tolist() == [1, -1, 0]
    assert rise.per_year == pytest.approx(math.exp(0.5), rel=0.03)


@pytest.mark.parametrize(
    "counts", [[0] * 12, [0] * 11 + [9], [5] * 5, [0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0]]
)
def test_too_little_is_no_answer(counts) -> None:
    n = len(counts)
    assert math.isnan(trends.trend(np.array(counts), np.full(n, 30.0), np.arange(n) / 12).p)


def test_months_without_reports_count() -> None:
    """Control: leaving the empty months out makes a rise out of a few late reports."""
    counts = np.array([0] * 18 + [3, 3, 4, 3, 4, 4])
    years, days = np.arange(24) / 12, np.full(24, 30.0)
    all_months = trends.trend(counts, days, years)
    only_full = trends.trend(counts[18:], days[18:], years[18:])
    assert all_months.p < 0.05 < only_full.p


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 400), min_size=6, max_size=48))
def test_the_fit_always_ends_and_meets_the_total(counts) -> None:
    y = np.array(counts)
    if np.count_nonzero(y) < 2:
        return
    n = len(y)
    days, years = np.full(n, 30.0), np.arange(n) / 12
    level, slope, error, chi2 = trends.fitted(y, days, years)
    assert all(map(math.isfinite, (level, slope, error, chi2)))
    assert (days * np.exp(level + slope * years)).sum() == pytest.approx(y.sum(), rel=1e-6)
