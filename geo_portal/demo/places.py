"""Places: boundaries of wilayats and areas, phases, branches."""

import datetime as dt
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.db.backends.postgresql.psycopg_any import DateRange
from shapely.geometry.base import BaseGeometry

from geo_portal.demo import SOURCE
from geo_portal.demo.ground import code_of, draw
from geo_portal.demo.settlement import Settled
from municipality import crs
from municipality.places.models import (
    Area,
    AreaVersion,
    Branch,
    Directorate,
    Phase,
    Wilayat,
    WilayatVersion,
)

SINCE = dt.date(2000, 1, 1)
BRANCHES = {  # directorate: its service halls, each in an area
    "greater_muttrah": ("ruwi", "muttrah_town", "old_muscat"),
    "bausher": ("al_khuwair_north", "al_azaiba_north", "bausher_town"),
    "seeb": ("seeb_town", "al_khoud", "al_mabela_south"),
    "amerat": ("al_amerat", "madinat_an_nahdah"),
    "quriyat": ("quriyat_town",),
}


def geos(shape: BaseGeometry) -> Any:
    """Return a METRIC shape as Django wants it."""
    return GEOSGeometry(memoryview(shape.wkb), srid=crs.METRIC)


def write_places() -> tuple[dict[str, int], dict[str, int]]:
    """Write wilayats' boundaries and the areas; return ids of wilayats and of areas by code."""
    ground = draw()
    wilayats = {row.code: row for row in Wilayat.objects.all()}
    always = DateRange(SINCE, None)
    WilayatVersion.objects.bulk_create(
        WilayatVersion(
            wilayat=wilayats[code],
            valid=always,
            boundary=geos(boundary),
            source=SOURCE,
            approximate=True,
        )
        for code, boundary in ground.wilayats.items()
    )
    areas = Area.objects.bulk_create(
        Area(
            code=area.code,
            name_ar=area.name_ar,
            name_en=area.name_en,
            aliases=list(area.aliases),
            wilayat=wilayats[area.wilayat],
        )
        for area in ground.areas
    )
    AreaVersion.objects.bulk_create(
        AreaVersion(
            area=row,
            valid=always,
            boundary=geos(area.boundary),
            source=SOURCE,
            approximate=True,
        )
        for row, area in zip(areas, ground.areas, strict=True)
    )
    _write_branches()
    return (
        {code: row.pk for code, row in wilayats.items()},
        {row.code: row.pk for row in areas},
    )


def _write_branches() -> None:
    directorates = {row.code: row for row in Directorate.objects.all()}
    areas = {area.code: area for area in draw().areas}
    Branch.objects.bulk_create(
        Branch(
            code=f"hall_{code_of(area)}",
            name_ar=f"صالة خدمات {areas[area].name_ar}",
            name_en=f"{areas[area].name_en} Service Hall",
            directorate=directorates[directorate],
            point=geos(areas[area].centre),
        )
        for directorate, halls in BRANCHES.items()
        for area in halls
    )


def write_phases(settled: list[Settled], areas: dict[str, int]) -> dict[tuple[str, int], int]:
    """Write the phases that have plots; return their ids by area code and number."""
    keys = [(part.area.code, n) for part in settled for n in sorted(set(part.phase.tolist()))]
    rows = Phase.objects.bulk_create(Phase(area_id=areas[area], code=str(n)) for area, n in keys)
    return {key: row.pk for key, row in zip(keys, rows, strict=True)}
