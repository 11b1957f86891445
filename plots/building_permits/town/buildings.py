"""The buildings of the register as a survey: what stands on the ground against its limits."""

import numpy as np
from django.db import connection

from municipality import columns
from plots.building_permits.town.chunks import Survey

ALL = f"""
SELECT {columns.ints_sql("id")}, {columns.floats_sql("floors")}, {columns.shapes_sql("footprint")}
FROM (SELECT id, floors, footprint FROM plots_building ORDER BY id) b
"""  # noqa: S608 (no value from outside)


def survey_of_register() -> tuple[Survey, list[int]]:
    """Return every building of the register, with its id; heights are not in the register."""
    with connection.cursor() as cursor:
        cursor.execute(ALL)
        ids, floors, footprints = cursor.fetchone()
    shapes = columns.shapes(footprints)
    survey = Survey(shapes, columns.floats(floors), np.full(len(shapes), np.nan))
    return survey, columns.ints(ids).tolist()
