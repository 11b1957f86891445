"""A city of the size of Muscat for benchmarks: 300,000 plots and 1,000,000 reports, seed 1.

Plots lie in rotated blocks along roads, seven points each; a third of the reports crowd in a few
hot spots.  Shapes and shares follow the reference data of the first measurements.
"""

import io
import time
from typing import Any

import numpy as np
import shapely

from municipality import crs
from municipality.conf import PROFILE
from tests.bench import databases

NAME = "geo_bench_city"
PLOTS = 300_000
REPORTS = 1_000_000
DAYS = 3 * 365
USES = ("residential", "residential_commercial", "commercial", "industrial", "government")


def _middles(rng: np.random.Generator, n: int) -> np.ndarray:
    """Middles of neighbourhoods, denser near the middle of the city, 4 km apart."""
    x0, y0, x1, y1 = crs.metric_extent()
    gx, gy = np.meshgrid(
        np.arange(x0 + 4000, x1 - 4000, 4000.0), np.arange(y0 + 4000, y1 - 4000, 4000.0)
    )
    grid = np.column_stack([gx.ravel(), gy.ravel()])
    centre = crs.metric_point(*PROFILE.centre)
    far = np.hypot(grid[:, 0] - centre.x, (grid[:, 1] - centre.y) * 2)
    weight = np.exp(-far / 20_000)
    return grid[rng.choice(len(grid), n, replace=False, p=weight / weight.sum())]


def _block(rng: np.random.Generator, middle: np.ndarray, want: int) -> np.ndarray:
    """Rings of the plots of one neighbourhood: n x 7 x 2."""
    w, d = rng.uniform(18, 32), rng.uniform(25, 42)
    road, across = rng.choice([10.0, 12.0, 15.0]), int(rng.integers(8, 15))
    bw, bh = across * w + road, 2 * d + road
    bx, by, r, c = (
        a.ravel()
        for a in np.meshgrid(
            np.arange(int(3600 / bw)), np.arange(int(3600 / bh)), [0, 1], np.arange(across),
            indexing="ij",
        )
    )  # fmt: skip
    x, y = bx * bw + c * w - 1800, by * bh + r * d - 1800
    near = np.argsort(np.hypot(x, y), kind="stable")[:want]
    x, y, c = x[near], y[near], c[near]
    chamfer = np.where((c == 0) | (c == across - 1), rng.uniform(2, 4, len(x)), 0.5)
    mid = rng.uniform(0.3, 0.7, len(x))
    px = np.stack([x, x + w * mid, x + w - chamfer, x + w, x + w, x, x], 1)
    py = np.stack([y, y, y, y + chamfer, y + d, y + d, y], 1)
    turn = rng.uniform(0, np.pi / 2)
    east = middle[0] + px * np.cos(turn) - py * np.sin(turn)
    north = middle[1] + px * np.sin(turn) + py * np.cos(turn)
    return np.stack([east, north], 2).round(3)


def _plots(rng: np.random.Generator, middles: np.ndarray) -> np.ndarray:
    share = rng.lognormal(0, 0.6, len(middles))
    wanted = np.minimum(share / share.sum() * PLOTS * 1.8, 9500).astype(int)
    rings = np.concatenate([_block(rng, m, n) for m, n in zip(middles, wanted, strict=True)])
    if len(rings) > PLOTS:
        rings = rings[np.sort(rng.choice(len(rings), PLOTS, replace=False))]
    return shapely.multipolygons(shapely.polygons(rings)[:, None])


def _copy(cursor: Any, table: str, columns: str, rows: list[str]) -> float:
    start = time.perf_counter()
    cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", io.StringIO("\n".join(rows) + "\n"))
    return time.perf_counter() - start


def _hex(shapes: np.ndarray) -> np.ndarray:
    return shapely.to_wkb(shapely.set_srid(shapes, crs.METRIC), hex=True, include_srid=True)


def _reports(rng: np.random.Generator, middles: np.ndarray) -> list[str]:
    weight = 1 / (np.arange(len(middles)) + 1) ** 0.8
    at = rng.choice(len(middles), REPORTS, p=weight / weight.sum())
    hot = rng.random(REPORTS) < 0.35
    spots = rng.normal(0, 900, (len(middles), 6, 2))
    offset = np.where(
        hot[:, None],
        spots[at, rng.integers(0, 6, REPORTS)] + rng.normal(0, 90, (REPORTS, 2)),
        rng.normal(0, 700, (REPORTS, 2)),
    )
    points = _hex(shapely.points((middles[at] + offset).round(2)))
    kinds = 1 / (np.arange(20) + 1.0)
    category = rng.choice(20, REPORTS, p=kinds / kinds.sum()) + 1
    status = rng.choice([1, 2, 4, 5], REPORTS, p=[0.1, 0.2, 0.6, 0.1])
    channel = rng.integers(0, 9, REPORTS)
    day = np.datetime64("2023-01-01") + rng.integers(0, DAYS, REPORTS).astype("timedelta64[D]")
    days = np.datetime_as_string(day)
    return [
        f"{np.base_repr(i, 16).zfill(32)}\t{p}\tpin\t{c}\t{s}\t{h}\t0\t{d} 08:00:00Z\t{d}\t\t\t"
        for i, (p, c, s, h, d) in enumerate(
            zip(points, category, status, channel, days, strict=True)
        )
    ]


REPORT_COLUMNS = (
    "public_id, point, fix_origin, category_id, status, channel, severity, reported_at,"
    " reported_on, source, external_id, address"
)


def _seed() -> None:
    rng = np.random.default_rng(1)
    middles = _middles(rng, 60)
    plots = _plots(rng, middles)
    use = rng.choice(USES, len(plots), p=[0.6, 0.15, 0.1, 0.05, 0.1])
    rows = [
        f"p{i}\t{i}\t{u}\t{g}\t1\t[2010-01-01,)\t\t\t\t\t"
        for i, (u, g) in enumerate(zip(use, _hex(plots), strict=True))
    ]
    reports = _reports(rng, middles)
    connection = databases.connect(NAME)
    with connection, connection.cursor() as cursor:
        columns = (
            "register_key, number, use_class, boundary, version, valid, old_number,"
            " krooki_number, block, limits_source, source"
        )
        took = _copy(cursor, "plots_plot", columns, rows)
        print(f"  {len(rows)} plots by COPY in {took:.1f} s")
        cursor.execute(
            "INSERT INTO observations_category (id, code, name_ar, name_en, public, priority,"
            " position) SELECT i, 'kind_' || i, 'نوع', 'kind', true, 3, i"
            " FROM generate_series(1, 20) i"
        )
        cursor.execute("SAVEPOINT bare")
        cursor.execute("ALTER TABLE observations_observation DISABLE TRIGGER USER")
        bare = _copy(cursor, "observations_observation", REPORT_COLUMNS, reports)
        cursor.execute("ROLLBACK TO SAVEPOINT bare")
        kept = _copy(cursor, "observations_observation", REPORT_COLUMNS, reports)
        print(
            f"  {len(reports)} reports by COPY: {kept:.1f} s with the heat index kept,"
            f" {bare:.1f} s without"
        )
    connection.close()
    connection = databases.connect(NAME)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connection.close()


def make() -> None:
    """Make the city unless it is there."""
    if databases.make(NAME):
        _seed()
