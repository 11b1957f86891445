"""Run in a process of its own with GEO_CITY and a database of its own: real files of one city.

Prints one line of JSON: what each import reported, and what the database then holds.
"""

import datetime as dt
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import django
import geopandas as gpd
from django.test.utils import setup_databases, teardown_databases
from PIL import Image


def _run(path: Path, kind: str, **how: Any) -> dict[str, Any]:
    from tests.importing.files import imported

    return imported(path, kind, **how).report.as_json()


def _permits() -> dict[str, Any]:
    """The rules of building permits beside PostGIS, for some of the buildings or for all."""
    from tests.building_permits.real_places import judged

    return judged(int(os.environ.get("GEO_TRUTH_EVERY", "20")))


def _france(data: Path) -> dict[str, Any]:
    from plots.models import Building, Plot, PlotVersion

    parcels = data / "parcels"
    first = _run(parcels / "fr-27412-parcelles.geojson", "plots")
    ids = dict(Plot.objects.values_list("register_key", "pk"))
    again = _run(parcels / "fr-27412-parcelles.geojson", "plots")
    kept = ids == dict(Plot.objects.values_list("register_key", "pk"))
    return {
        "plots": first,
        "again": again,
        "ids_kept": kept and not PlotVersion.objects.exists(),
        "buildings": _run(parcels / "fr-27412-batiments.geojson", "buildings"),
        "crossing": Building.objects.filter(crosses_plots=True).count(),
        "sections": _run(parcels / "fr-27412-sections.geojson", "boundaries"),
        "areas": _run(parcels / "fr-91216-parcelles.json", "plots"),
        "areas_again": _run(parcels / "fr-91216-parcelles.json", "plots"),
        "held": Plot.objects.count(),
        "open": Plot.objects.filter(valid__endswith__isnull=True).count(),
        "permits": _permits(),
    }


def _drawn() -> dict[str, Any]:
    """Ask for the city's heat as a planner, in every form: what each of them adds up to."""
    import rasterio
    from django.test import Client

    from municipality import crs
    from municipality.people.models import User

    planner = Client()
    planner.force_login(User.objects.create(username="planner", roles=["planner"]))
    found = {
        f"cells of {size} m": planner.get(f"/api/heat/cells?cell_m={size}").json()["count"]
        for size in (50, 800, 12_800)
    }
    cells = planner.get("/api/heat/cells?cell_m=400").json()["features"]
    found["inside the box"] = sum(cell["properties"]["count"] for cell in cells)
    with rasterio.open(io.BytesIO(planner.get("/api/heat/export.tif?cell_m=400").content)) as tif:
        band = tif.read(1, masked=True)
        found["raster"] = int(band.sum())
        found["raster is in the city's metres"] = tif.crs.to_epsg() == crs.METRIC
    page = planner.get("/api/heat/export.html?cell_m=400")
    found["page"] = page.status_code == 200 and b"leaflet" in page.content.lower()
    fullest = max(cells, key=lambda cell: cell["properties"]["count"])
    lon, lat = fullest["geometry"]["coordinates"][0][0]
    from maps.tilejson import tile_of

    at = tile_of(lon, lat, 12)
    tile = planner.get(f"/api/heat/tiles/12/{at.x}/{at.y}.png?cell_m=400")
    found["tile"] = len(set(Image.open(io.BytesIO(tile.content)).convert("RGBA").getdata())) > 2
    return found


def _reports(data: Path, *names: str) -> dict[str, Any]:
    from observations.models import Observation

    found: dict[str, Any] = {}
    for name in names:
        found[name] = _run(data / "service-requests" / name, "observations")
        found[f"{name} again"] = _run(data / "service-requests" / name, "observations")
    found["held"] = Observation.objects.count()
    found["drawn"] = _drawn()
    return found


def _prague(data: Path) -> dict[str, Any]:
    from plots.models import Plot

    path = data / "parcels" / "bubenec.gpkg"
    found = {
        "plots": _run(path, "plots", layer="plots"),
        "buildings": _run(path, "buildings", layer="buildings"),
        "roads": _run(path, "layer", theme="roads", layer="streets"),
    }
    web = gpd.read_file(path, layer="plots").geometry.area.sum()
    measured = sum(Plot.objects.values_list("measured_m2", flat=True))
    return {**found, "square_metres": measured, "web_square_metres": web, "permits": _permits()}


def _monaco(data: Path) -> dict[str, Any]:
    path = data / "roads-relief" / "monaco.osm.gz"
    return {
        "buildings": _run(path, "buildings"),
        "roads": _run(path, "layer", theme="roads"),
        "again": _run(path, "layer", theme="roads"),
    }


def _san_francisco(data: Path) -> dict[str, Any]:
    from tests.importing.san_francisco import priced_and_published, swept

    regulations = data / "parking" / "sf_parking_regulations.geojson"
    since = dt.date(2016, 1, 1)
    return {
        "bays": _run(data / "parking" / "sf_parking_meters.geojson", "bays"),
        "rules": _run(regulations, "layer", theme="rules"),
        "curb_rules": _run(regulations, "curb_rules", on=since),
        "curb_rules again": _run(regulations, "curb_rules", on=since),
        "bays again": _run(data / "parking" / "sf_parking_meters.geojson", "bays", on=since),
        **priced_and_published(data),
        "curb_bans": _run(data / "parking" / "sf_street_sweeping.geojson", "curb_bans", on=since),
        "swept": swept(),
    }


def _muscat(data: Path) -> dict[str, Any]:
    parcels = data / "parcels"
    names = ("fr-27412-parcelles.geojson", "fr-91216-parcelles.json")
    found = {name: _run(parcels / name, "plots") for name in names}
    return {**found, "buildings": _run(parcels / "fr-27412-batiments.geojson", "buildings")}


CITIES = {
    "france": _france,
    "prague": _prague,
    "monaco": _monaco,
    "san_francisco": _san_francisco,
    "muscat": _muscat,
    "los_angeles": lambda data: _reports(data, "la_myla311_2017_subset.csv"),
    "new_york": lambda data: _reports(data, "nyc_311_2019-12-31.csv", "nyc_311_2026-02-13.json"),
}


def main() -> None:
    """Make the database, import, print, drop the database."""
    city, data = sys.argv[1], Path(sys.argv[2])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geo_portal.settings.test")
    django.setup()
    import logging

    logging.disable(logging.CRITICAL)
    said = io.StringIO()
    real, sys.stdout = sys.stdout, said
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        found = CITIES[city](data)
    finally:
        teardown_databases(databases, verbosity=0)
        sys.stdout = real
    print(json.dumps(found, default=str))


if __name__ == "__main__":
    main()
