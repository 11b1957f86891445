"""Files of the heat: the same cells as SQL counts, on the right spot, whole without a network."""

import csv
import io
import json
import os
import re
import subprocess
import sys

import geopandas
import numpy as np
import pytest
import rasterio

from maps.heat.lattice import level_of
from maps.heat.queries import ALL
from municipality import crs
from municipality.conf import PROFILE
from tests.codebase.test_habits import ROOT
from tests.observations.conftest import ORACLE
from tests.observations.test_heat_api import planner, reports  # noqa: F401  (fixtures)

CELL_M = 400
LOADED = """
import sys
import geo_portal.wsgi
from django.urls import get_resolver
get_resolver().url_patterns
print(sorted({"pandas", "geopandas", "rasterio", "folium", "boto3"} & set(sys.modules)))
"""


@pytest.fixture
def truth(reports) -> dict[tuple[int, int], int]:  # noqa: F811
    return ORACLE.cells(ALL, level=level_of(CELL_M))


def fetched(client, kind: str, query: str = "") -> bytes:
    answer = client.get(f"/api/heat/export.{kind}?cell_m={CELL_M}{query}")
    assert answer.status_code == 200, answer.content
    assert answer["Content-Disposition"].endswith(f'.{kind}"')
    return answer.content


def test_csv_and_geojson_hold_every_cell(planner, truth):  # noqa: F811
    rows = list(csv.DictReader(io.StringIO(fetched(planner, "csv").decode())))
    assert {(int(r["x"]), int(r["y"])): int(r["count"]) for r in rows} == truth
    frame = geopandas.read_file(io.BytesIO(fetched(planner, "geojson")))
    assert int(frame["count"].sum()) == 600 and frame.crs.to_epsg() == crs.LONLAT
    lon = np.array([float(r["lon"]) for r in rows])
    west, _, east, _ = PROFILE.extent
    assert ((lon > west) & (lon < east)).all()


@pytest.mark.parametrize("kind", ["gpkg", "parquet"])
def test_tables_of_squares_are_metric_and_exact(planner, truth, tmp_path, kind):  # noqa: F811
    path = tmp_path / f"heat.{kind}"
    path.write_bytes(fetched(planner, kind, "&per=km2"))
    frame = geopandas.read_parquet(path) if kind == "parquet" else geopandas.read_file(path)
    assert frame.crs.to_epsg() == crs.METRIC
    assert np.allclose(frame.area, CELL_M**2)
    corners = frame.bounds[["minx", "miny"]].to_numpy() / CELL_M
    assert (corners == frame[["x", "y"]].to_numpy()).all()
    assert dict(zip(map(tuple, frame[["x", "y"]].to_numpy()), frame["count"], strict=True)) == truth
    assert np.allclose(frame["value"], frame["count"] / 0.16)


def test_the_geotiff_is_cloud_optimized_and_lies_on_the_right_spot(planner, truth, tmp_path):  # noqa: F811
    path = tmp_path / "heat.tif"
    path.write_bytes(fetched(planner, "tif"))
    with rasterio.open(path) as raster:
        assert raster.crs.to_epsg() == crs.METRIC and raster.nodata == 0
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        for (x, y), n in truth.items():
            middle = ((x + 0.5) * CELL_M, (y + 0.5) * CELL_M)
            assert next(raster.sample([middle]))[0] == n
        assert raster.read(1).sum() == 600


def test_gdal_s_own_programs_read_the_geotiff(planner, truth, tmp_path):  # noqa: F811
    path = tmp_path / "heat.tif"
    path.write_bytes(fetched(planner, "tif"))
    told = json.loads(subprocess.check_output(["gdalinfo", "-json", str(path)]))
    assert told["metadata"]["IMAGE_STRUCTURE"]["LAYOUT"] == "COG"
    assert f'ID["EPSG",{crs.METRIC}]' in told["coordinateSystem"]["wkt"].replace("\n", "")
    spots = list(truth)
    middles = "\n".join(f"{(x + 0.5) * CELL_M} {(y + 0.5) * CELL_M}" for x, y in spots)
    read = subprocess.check_output(
        ["gdallocationinfo", "-valonly", "-geoloc", str(path)], input=middles.encode()
    )
    assert [int(float(value)) for value in read.split()] == [truth[spot] for spot in spots]


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_page_is_whole_in_one_file(planner, truth, language):  # noqa: F811
    answer = planner.get(
        f"/api/heat/export.html?cell_m={CELL_M}", headers={"Accept-Language": language}
    )
    page = answer.content.decode()
    assert not re.search(r'(src|href)\s*=\s*["\']?(https?:)?//', page)
    foreign = set(re.findall(r"https?://([a-z0-9.-]+)", page)) - {"www.w3.org"}
    assert foreign == set()
    assert f'lang="{language}"' in page and "Leaflet" in page
    assert len(re.findall(r'"type":\s*"Feature"[,}]', page)) == len(truth)


def test_an_empty_selection_is_a_file_too(planner, reports):  # noqa: F811
    for kind in ("geojson", "csv", "gpkg", "parquet", "tif", "html"):
        assert fetched(planner, kind, "&from=1990-01-01&to=1990-02-01")


def test_the_public_gets_its_own_class_in_files(client, reports):  # noqa: F811
    rows = list(csv.DictReader(io.StringIO(fetched(client, "csv").decode())))
    assert all(int(r["count"]) >= 5 for r in rows)
    assert client.get("/api/heat/export.csv?status=new").status_code == 422


def test_a_web_process_begins_without_the_libraries_of_the_files() -> None:
    """They take half of its start and of its memory; most processes never write a file."""
    told = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=ROOT, capture_output=True, text=True, check=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "geo_portal.settings.test"},
    ).stdout  # fmt: skip
    assert told.strip() == "[]"
