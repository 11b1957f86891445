"""The buildings of the register as a survey: what stands on the ground against its limits."""

import numpy as np
from django.db import connection

from plots.building_permits.sites.arrays import collected
from plots.building_permits.town.chunks import Survey

ALL = """
SELECT array_agg(id), array_agg(floors), ST_AsBinary(ST_Collect(footprint))
FROM (SELECT id, floors, footprint FROM plots_building ORDER BY id) b
"""


def survey_of_register() -> tuple[Survey, list[int]]:
    """Return every building of the register, with its id; heights are not in the register."""
    with connection.cursor() as cursor:
        cursor.execute(ALL)
        ids, floors, wkb = cursor.fetchone()
    shapes = collected(wkb)
    known = np.array(floors or (), dtype=float)
    return Survey(shapes, known, np.full(len(shapes), np.nan)), list(ids or ())
