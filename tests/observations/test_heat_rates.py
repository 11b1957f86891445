"""Rates: reports by residents, road and plots, in every form, never infinite and never nought."""

import csv
import datetime as dt
import io
import json

import geopandas
import mapbox_vector_tile
import numpy as np
import pytest
import rasterio
from django.utils import timezone
from PIL import Image

from maps.heat.classes import NO_DENOMINATOR
from maps.heat.denominators.kept import build_denominators, version_on
from maps.tilejson import tile_of
from municipality import crs
from municipality.asked import today
from municipality.conf import PROFILE
from municipality.people.models import User
from municipality.places.models import Population, Wilayat
from observations.reports.heat import release_heat
from observations.reports.models import Observation
from plots.register.models import Plot
from tests.maps.conftest import city  # noqa: F401  (fixture)
from tests.observations.conftest import report

DAY = dt.date(2016, 3, 5)
RATES = ("1000_residents", "road_km", "plot")
PER = {"1000_residents": 1000, "road_km": 1000, "plot": 1}


@pytest.fixture
def planner(db, client):
    client.force_login(User.objects.create(username="p", roles=["planner"]))
    return client


@pytest.fixture
def town(city, categories):  # noqa: F811
    """Reports on the plots and roads of the small city and far from them, denominators built."""
    centre = crs.metric_point(*PROFILE.centre)
    rng = np.random.default_rng(5)
    near = [report(centre.x + x, centre.y + y, DAY, categories[0])
            for x, y in rng.uniform(-90, 120, (300, 2))]  # fmt: skip
    far = [report(centre.x + 20_000, centre.y, DAY, categories[0]) for _ in range(7)]
    Observation.objects.bulk_create(near + far)
    east = Wilayat.objects.get(code="east")
    Plot.objects.update(wilayat=east)
    Population.objects.create(wilayat=east, as_of=DAY, residents=1200, source="book")
    build_denominators(on=today(), at=timezone.now())
    return centre


def truth(per: str, cell_m: int) -> dict[tuple[int, int], float | None]:
    """Counted and divided one by one from the reports and the kept values."""
    counts: dict[tuple[int, int], int] = {}
    for point in Observation.objects.values_list("point", flat=True):
        key = (int(point.x // cell_m), int(point.y // cell_m))
        counts[key] = counts.get(key, 0) + 1
    cells = version_on(per, None).cells
    below: dict[tuple[int, int], float] = {}
    for x, y, value in zip(cells.x, cells.y, cells.value, strict=True):
        key = (int(x) * 50 // cell_m, int(y) * 50 // cell_m)
        below[key] = below.get(key, 0) + value
    return {k: n / (below[k] / PER[per]) if k in below else None for k, n in counts.items()}


@pytest.mark.parametrize("per", RATES)
@pytest.mark.parametrize("cell_m", [50, 400])
def test_a_rate_is_the_count_by_the_denominator_or_null(planner, town, per, cell_m) -> None:
    answer = planner.get(f"/api/heat/cells?per={per}&cell_m={cell_m}")
    body = json.loads(answer.content, parse_constant=pytest.fail)  # no NaN, no Infinity
    expected = truth(per, cell_m)
    told = {(f["properties"]["x"], f["properties"]["y"]): f["properties"]["value"]
            for f in body["features"]}  # fmt: skip
    assert set(told) == set(expected)
    for cell, value in told.items():
        assert (
            value is None
            if expected[cell] is None
            else value == pytest.approx(expected[cell], abs=1e-6)
        )
    assert None in told.values() and any(told.values()) and 0 not in told.values()
    assert body["unit_en"].startswith("reports per") and body["unit_ar"].startswith("بلاغ لكل")
    assert body["denominator"]["valid_from"] == today().isoformat()
    assert body["denominator"]["valid_until"] is None and body["denominator"]["source_ar"]


def test_before_any_denominator_was_built_every_value_is_null(planner, categories) -> None:
    centre = crs.metric_point(*PROFILE.centre)
    report(centre.x, centre.y, DAY, categories[0]).save()
    body = planner.get("/api/heat/cells?per=plot").json()
    assert [f["properties"]["value"] for f in body["features"]] == [None]
    assert body["denominator"] is None


def test_tiles_leave_the_value_of_such_cells_out_and_paint_them_grey(planner, town) -> None:
    far = tile_of(*crs.lonlat(town.x + 20_000, town.y), 14)
    near = tile_of(*PROFILE.centre, 14)
    for at, has in ((far, False), (near, True)):
        path = f"/api/heat/tiles/14/{at.x}/{at.y}"
        layer = mapbox_vector_tile.decode(planner.get(f"{path}.mvt?per=plot&cell_m=400").content)
        facts = [f["properties"] for f in layer["heat"]["features"]]
        assert facts and any("value" in f for f in facts) is has
        assert all(f["count"] > 0 and f["cell_m"] == 400 for f in facts)
        pixels = np.array(
            Image.open(io.BytesIO(planner.get(f"{path}.png?per=plot&cell_m=400").content))
        )
        assert (8 in pixels) is not has or has
        if not has:
            assert set(np.unique(pixels)) == {0, 8}


KINDS = ("geojson", "csv", "gpkg", "parquet", "tif", "html", "png")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("per", RATES)
def test_every_export_has_value_unit_and_date(planner, town, tmp_path, kind, per) -> None:
    body = planner.get(f"/api/heat/export.{kind}?cell_m=400&per={per}").content
    expected = truth(per, 400)
    since, path = today().isoformat(), tmp_path / f"f.{kind}"
    path.write_bytes(body)
    if kind == "csv":
        rows = list(csv.DictReader(io.StringIO(body.decode())))
        found = {
            (int(r["x"]), int(r["y"])): float(r["value"]) if r["value"] else None for r in rows
        }
        assert all(r["denominator_from"] == since and "reports per" in r["unit"] for r in rows)
        assert all((r["denominator"] == "") is (r["value"] == "") for r in rows)
    elif kind in ("gpkg", "parquet"):
        frame = geopandas.read_file(path) if kind == "gpkg" else geopandas.read_parquet(path)
        found = {(r.x, r.y): None if np.isnan(r.value) else r.value for r in frame.itertuples()}
        assert set(frame["denominator_from"]) == {since} and len(set(frame["unit"])) == 1
    elif kind == "geojson":
        told = json.loads(body)
        found = {(f["properties"]["x"], f["properties"]["y"]): f["properties"]["value"]
                 for f in told["features"]}  # fmt: skip
        assert told["denominator"]["valid_from"] == since
    elif kind == "png":
        grey = tuple(bytes.fromhex(NO_DENOMINATOR["light"]))
        picture = np.array(Image.open(path).convert("RGB")).reshape(-1, 3)
        assert (picture == grey).all(axis=1).sum() > 28 * 16  # more than its swatch in the legend
        return
    elif kind == "tif":
        with rasterio.open(path) as raster:
            assert np.isnan(raster.nodata) and raster.descriptions == (per, "count")
            assert since in raster.tags()["denominator"]
            found = {}
            for x, y in expected:
                value, count = next(raster.sample([((x + 0.5) * 400, (y + 0.5) * 400)]))
                assert count > 0
                found[x, y] = None if np.isnan(value) else float(value)
            assert np.nansum(raster.read(2)) == 307
    else:
        page = body.decode()
        assert (
            since in page
            and 'class="heat-legend"' in page
            and "NaN" not in page.split("<script")[-1]
        )
        return
    assert {k for k, v in found.items() if v is None} == {
        k for k, v in expected.items() if v is None
    }
    known = {k: v for k, v in found.items() if v is not None}
    assert known == pytest.approx({k: expected[k] for k in known}, rel=1e-5, abs=1e-5)


def test_a_period_of_the_past_has_the_denominator_of_its_last_day(planner, town) -> None:
    Plot.objects.filter(number="1").delete()
    tomorrow = today() + dt.timedelta(days=1)
    build_denominators(on=tomorrow, at=timezone.now())
    old = planner.get(f"/api/heat/cells?per=plot&to={tomorrow}").json()["denominator"]
    new = planner.get("/api/heat/cells?per=plot").json()["denominator"]
    assert (old["total"], new["total"]) == (12, 11)
    assert old["valid_until"] == new["valid_from"] == tomorrow.isoformat()


def test_the_public_gets_rates_of_what_it_may_count_and_of_nothing_else(client, town) -> None:
    release_heat(on=today(), at=timezone.now())
    counts = client.get("/api/heat/cells?cell_m=400").json()
    rates = client.get("/api/heat/cells?cell_m=400&per=plot").json()
    by_cell = {f["id"]: f["properties"] for f in rates["features"]}
    assert rates["class"] == "public" and rates["count"] == counts["count"] > 0
    assert {f["id"]: f["properties"]["count"] for f in counts["features"]} == {
        i: p["count"] for i, p in by_cell.items()
    }
    expected = {k: v for k, v in truth("plot", 400).items() if v is not None}
    for p in by_cell.values():
        if p["value"] is not None:
            n = round(p["value"] / expected[p["x"], p["y"]] * 1000)
            assert p["count"] >= 5 and n <= 1000  # of the released, not of all
