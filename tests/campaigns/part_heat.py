"""The heat index against SQL: random reports, random writers, random questions, every level."""

import datetime as dt
import random

from django.db import connection
from django.db.models import Min

from maps.heat.index import HELD, fold
from maps.heat.lattice import LEVELS
from maps.heat.queries import Selection, count_cells
from municipality.places.models import Area, Wilayat
from observations.reports.heat import HEAT
from observations.reports.models import Category, Observation
from tests.observations.conftest import ORACLE, as_dict, report

TRIALS = {"small": 12, "full": 2_000}
FIRST = dt.date(2016, 1, 1)
TABLE = "observations_observation"
WRITERS = (
    f"UPDATE {TABLE} SET point = ST_Translate(point, %(x)s, %(y)s) WHERE (id - %(first)s) %% %(n)s = 0",
    f"UPDATE {TABLE} SET reported_on = reported_on + %(d)s, "
    "reported_at = reported_at + %(d)s * interval '1 day' WHERE (id - %(first)s) %% %(n)s = 1",
    f"UPDATE {TABLE} SET status = 1 + (status + 1) %% 5 WHERE (id - %(first)s) %% %(n)s = 0",
    f"UPDATE {TABLE} SET category_id = %(c)s WHERE (id - %(first)s) %% %(n)s = 2",
    f"UPDATE {TABLE} SET wilayat_id = NULL WHERE (id - %(first)s) %% %(n)s = 0",
    f"DELETE FROM {TABLE} WHERE (id - %(first)s) %% %(n)s = 1",
)


def _reports(rng: random.Random, categories: list[int]) -> list[Observation]:
    places = [None, *Wilayat.objects.all()]
    areas = [None, *Area.objects.all()]
    wide = rng.choice([200, 3_000, 40_000])
    return [
        report(
            640_000 + rng.gauss(0, wide),
            2_610_000 + rng.gauss(0, wide),
            FIRST + dt.timedelta(days=rng.randrange(900)),
            rng.choice(categories),
            status=rng.randint(1, 5),
            channel=rng.randint(0, 8),
            severity=rng.randint(0, 4),
            wilayat=rng.choice(places),
            area=rng.choice(areas),
        )
        for _ in range(rng.choice([1, 50, 1_500]))
    ]


def _selection(rng: random.Random, categories: list[int]) -> Selection:
    def some(codes: list[int]) -> frozenset[int] | None:
        return rng.choice([None, frozenset(rng.sample(codes, rng.randint(0, len(codes))))])

    day = FIRST + dt.timedelta(days=rng.randrange(-50, 950))
    return Selection(
        since=rng.choice([None, day]),
        until=rng.choice([None, day + dt.timedelta(days=rng.randrange(400))]),
        category=some(categories),
        status=some([1, 2, 3, 4, 5]),
        channel=some(list(range(9))),
        wilayat=some(list(Wilayat.objects.values_list("pk", flat=True))),
        area=some(list(Area.objects.values_list("pk", flat=True))),
    )


def _write(rng: random.Random, categories: list[int]) -> None:
    if rng.random() < 0.3:
        Observation.objects.bulk_create(_reports(rng, categories))
    # The same rows whatever numbers the sequence has come to.
    first = Observation.objects.aggregate(first=Min("pk"))["first"] or 0
    with connection.cursor() as cursor:
        cursor.execute(
            rng.choice(WRITERS),
            {
                "first": first,
                "x": rng.gauss(0, 2_000), "y": rng.gauss(0, 2_000), "d": rng.randrange(-60, 60),
                "n": rng.randint(2, 9), "c": rng.choice(categories),
            },
        )  # fmt: skip
    if rng.random() < 0.3:
        fold(HEAT, at_least=rng.choice([1, 3, 50]))


def trial(seed: int, number: int) -> dict[str, int]:
    """Ask after every write; raises AssertionError at the first cell that differs."""
    rng = random.Random(f"heat {seed} {number}")
    HELD.clear()
    for code in range(2):
        Wilayat.objects.create(code=f"w{code}", name_ar="", name_en="")
        Area.objects.create(code=f"a{code}", name_ar="", name_en="")
    categories = [
        Category.objects.create(code=f"c{code}", name_ar="", name_en="").pk for code in range(4)
    ]
    Observation.objects.bulk_create(_reports(rng, categories))
    asked = cells = 0
    for _ in range(8):
        _write(rng, categories)
        selection = _selection(rng, categories)
        for level in range(LEVELS):
            found = as_dict(count_cells(HEAT, selection, level=level))
            told = ORACLE.cells(selection, level=level)
            assert found == told, (selection, level, set(found.items()) ^ set(told.items()))
            asked, cells = asked + 1, cells + len(told)
    return {"questions": asked, "cells equal to SQL": cells}
