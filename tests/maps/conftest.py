"""A small city for tests of the maps engine: plots, roads, zones, wilayats near the centre."""

import datetime as dt

import pytest
from django.contrib.gis.geos import LineString, MultiLineString, MultiPolygon, Polygon
from django.db.backends.postgresql.psycopg_any import DateRange

from municipality import crs
from municipality.conf import PROFILE
from municipality.places.models import Area, AreaVersion, Wilayat, WilayatVersion
from parking_zones.zones.models import Zone, ZoneVersion
from plots.register.models import Building, Plot, Road
from plots.restrictions.models import Theme, ThemeFeature, ThemeLayer

PAST = dt.date(2010, 1, 1)
ALWAYS = DateRange(PAST, None)
ENDED = DateRange(PAST, dt.date(2015, 1, 1))


def box(x: float, y: float, w: float, h: float) -> MultiPolygon:
    """A rectangle in METRIC metres from the middle of the city."""
    centre = crs.metric_point(*PROFILE.centre)
    x, y = centre.x + x, centre.y + y
    return MultiPolygon(Polygon.from_bbox((x, y, x + w, y + h)), srid=crs.METRIC)


def street(x1: float, y1: float, x2: float, y2: float) -> MultiLineString:
    c = crs.metric_point(*PROFILE.centre)
    line = LineString((c.x + x1, c.y + y1), (c.x + x2, c.y + y2))
    return MultiLineString(line, srid=crs.METRIC)


def plot(number: str, x: float, y: float, **facts) -> Plot:
    values = {"register_key": number, "valid": ALWAYS, "use_class": "residential", **facts}
    return Plot.objects.create(number=number, boundary=box(x, y, 20, 30), **values)


@pytest.fixture
def city(db):
    """Plots 1 to 12 and a retired one, a building, roads of two ranks, a zone, two wilayats."""
    for i in range(12):
        plot(str(i + 1), 25 * (i % 4), 35 * (i // 4))
    plot("gone", 200, 200, valid=ENDED)
    Building.objects.create(register_key="b1", footprint=box(3, 3, 10, 10))
    Road.objects.create(register_key="r1", road_class="main", centre_line=street(-500, -5, 500, -5))
    Road.objects.create(register_key="r2", road_class="way", centre_line=street(-5, -90, -5, 90))
    zone = Zone.objects.create(number="7", name_ar="الخوير", name_en="Khuwair", register_key="z7")
    ZoneVersion.objects.create(
        zone=zone, version=1, valid=ENDED, boundary=box(-300, 0, 90, 90), source="t"
    )
    ZoneVersion.objects.create(
        zone=zone,
        version=2,
        valid=DateRange(dt.date(2015, 1, 1), None),
        boundary=box(-300, 0, 190, 90),
        source="t",
    )
    for n, code in enumerate(("west", "east")):
        wilayat = Wilayat.objects.create(code=code, name_ar="غرب", name_en=code)
        WilayatVersion.objects.create(
            wilayat=wilayat,
            valid=ALWAYS,
            boundary=box(-9000 + 9000 * n, -9000, 9000, 18000),
            source="t",
        )
    area = Area.objects.create(code="hail", name_ar="الحيل", name_en="Hail")
    AreaVersion.objects.create(area=area, valid=ALWAYS, boundary=box(0, 0, 900, 900), source="t")
    theme = Theme.objects.create(code="wadi", name_ar="حرم الوادي", name_en="Wadi strip")
    layer = ThemeLayer.objects.create(theme=theme, valid=ALWAYS, source="t", as_of=PAST)
    ThemeFeature.objects.create(layer=layer, shape=box(0, 50, 400, 40))
    return zone
