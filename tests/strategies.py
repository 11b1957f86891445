"""Hypothesis strategies in field words; metres in the city's system."""

import datetime as dt

import shapely
from hypothesis import strategies as st
from shapely.geometry import Point

from municipality.conf import PROFILE
from tests.builders import EAST, NORTH

WEST, SOUTH, EAST_LON, NORTH_LAT = PROFILE.extent

positions = st.tuples(
    st.floats(WEST, EAST_LON, allow_nan=False), st.floats(SOUTH, NORTH_LAT, allow_nan=False)
)
metres = st.floats(-200, 200, allow_nan=False).map(lambda m: round(m, 3))
points = st.tuples(metres, metres).map(lambda xy: Point(EAST + xy[0], NORTH + xy[1]))
accuracies = st.floats(0, 60, allow_nan=False).map(lambda m: round(m, 3))
rectangles = st.tuples(metres, metres, st.floats(1, 150), st.floats(1, 150)).map(
    lambda r: shapely.box(EAST + r[0], NORTH + r[1], EAST + r[0] + r[2], NORTH + r[1] + r[3])
)
moments = st.datetimes(
    dt.datetime(2008, 1, 1), dt.datetime(2030, 1, 1), timezones=st.just(PROFILE.time_zone)
)
