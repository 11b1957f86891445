"""Datum: known answers of the shared data, to the millimetre against the pinned operation."""

import numpy as np
import pytest
from hypothesis import given

from municipality import crs
from municipality.conf import PROFILE
from tests.strategies import positions

pytestmark = pytest.mark.skipif(PROFILE.code != "muscat", reason="known answers of Muscat")


def metric(srid: int, x: float, y: float) -> tuple[float, float]:
    east, north = crs.transform_to_metric(np.array([x]), np.array([y]), srid=srid)
    return float(east[0]), float(north[0])


def test_psd93_known_answer_to_the_millimetre() -> None:
    """23.6 N 58.4 E in PSD93 by EPSG:1439, worked by hand from the published parameters."""
    import pyproj

    grid = pyproj.Transformer.from_crs("EPSG:4134", "EPSG:3440", always_xy=True)
    found = metric(3440, *grid.transform(58.4, 23.6))
    expected = crs.metric_point(58.40291123007, 23.60024733726)
    assert np.hypot(found[0] - expected.x, found[1] - expected.y) < 0.001


def test_psd93_read_as_wgs84_would_land_in_another_block() -> None:
    found = metric(3440, 642852.73, 2609533.58)
    assert 380 < np.hypot(found[0] - 642852.73, found[1] - 2609533.58) < 388


def test_ongd17_known_answer() -> None:
    found = metric(9296, 642852.73, 2609533.58)
    assert found == pytest.approx((642852.148, 2609532.429), abs=0.001)


def test_ongd14_is_not_the_null_operation() -> None:
    """EPSG:7377's own parameters, applied through the geocentric systems by an own pipeline."""
    import pyproj

    steps = (
        "+proj=pipeline +step +inv +proj=utm +zone=40 +ellps=GRS80 +step +proj=cart +ellps=GRS80 "
        "+step +proj=helmert +x=0.819 +y=-0.5762 +z=-1.6446 +rx=0.00378 +ry=0.03317 +rz=-0.00318 "
        "+s=0.0693 +convention=coordinate_frame +step +inv +proj=cart +ellps=WGS84"
    )
    lon, lat = pyproj.Transformer.from_pipeline(steps).transform(
        642852.73, 2609533.58, radians=True
    )
    expected = crs.metric_point(np.degrees(lon), np.degrees(lat))
    found = metric(7375, 642852.73, 2609533.58)
    assert np.hypot(found[0] - expected.x, found[1] - expected.y) < 0.001
    assert np.hypot(found[0] - 642852.73, found[1] - 2609533.58) > 0.3


def test_every_operation_is_named_with_its_accuracy() -> None:
    for system in PROFILE.systems.values():
        assert system.operation and system.accuracy_m >= 0 and system.name_ar and system.name_en


def test_unlisted_system_is_refused() -> None:
    with pytest.raises(crs.UnknownSystem):
        crs.operation(2056)


@given(positions)
def test_there_and_back_is_within_a_millimetre(position) -> None:
    point = crs.metric_point(*position)
    for srid in PROFILE.systems:
        x, y = crs.transform_from_metric(np.array([point.x]), np.array([point.y]), srid=srid)
        back = metric(srid, float(x[0]), float(y[0]))
        assert np.hypot(back[0] - point.x, back[1] - point.y) < 0.001


@pytest.mark.django_db
def test_database_and_process_agree_on_lonlat_to_the_millimetre() -> None:
    """ST_Transform serves tiles and exports; it must be the operation the profile pins."""
    from django.db import connection

    west, south, east, north = PROFILE.extent
    for lon, lat in ((west, south), (east, north), PROFILE.centre):
        point = crs.metric_point(lon, lat)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_Transform("
                "ST_SetSRID(ST_MakePoint(%s, %s), %s), %s) AS p) AS t",
                [lon, lat, crs.LONLAT, crs.METRIC],
            )
            x, y = cursor.fetchone()
        assert np.hypot(x - point.x, y - point.y) < 0.001
