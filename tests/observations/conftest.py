"""Reports for tests of the heat index, and the oracle: SQL GROUP BY of the same cells."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.contrib.gis.geos import Point
from django.db import connection, transaction

from maps.heat.index import HELD
from maps.heat.lattice import SIZES
from maps.heat.queries import Cells, Selection
from municipality import crs
from municipality.conf import PROFILE
from observations.reports.heat import HEAT
from observations.reports.models import Category, Observation

NOON = dt.time(12, tzinfo=PROFILE.time_zone)


def day_at_noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, NOON)


def report(x: float, y: float, day: dt.date, category: int, **facts) -> Observation:
    """An unsaved report at METRIC metres."""
    return Observation(
        point=Point(x, y, srid=crs.METRIC),
        fix_origin="pin",
        category_id=category,
        reported_at=day_at_noon(day),
        reported_on=day,
        **facts,
    )


def four_categories() -> list[int]:
    names = ("potholes", "lighting", "waste", "trees")
    made = [Category.objects.create(code=c, name_ar=f"نوع {c}", name_en=c) for c in names]
    return [c.pk for c in made]


@pytest.fixture
def categories(db) -> list[int]:
    HELD.clear()
    return four_categories()


@pytest.fixture(scope="module")
def kept_town(django_db_setup, django_db_blocker) -> Iterator[None]:
    """One transaction round a whole file: what is made in it stands for each test, then goes.

    Every test of such a file has its own transaction inside, and asks for the town.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@dataclass(frozen=True)
class Oracle:
    """The plain way: read every report and group."""

    def cells(self, selection: Selection, *, level: int) -> dict[tuple[int, int], int]:
        where, params = ["true"], []
        spans = (("reported_on >= %s", selection.since), ("reported_on < %s", selection.until))
        for sql, value in spans:
            if value is not None:
                where.append(sql)
                params.append(value)
        for column in ("category_id", "status", "channel", "wilayat_id", "area_id"):
            codes = getattr(selection, column.removesuffix("_id"))
            if codes is not None:
                where.append(f"{column} = ANY(%s)")
                params.append(list(codes))
        size = SIZES[level]
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT floor(ST_X(point) / {size})::int, floor(ST_Y(point) / {size})::int,"
                f" count(*) FROM observations_observation WHERE {' AND '.join(where)}"
                " GROUP BY 1, 2",
                params,
            )
            return {(x, y): n for x, y, n in cursor.fetchall()}


ORACLE = Oracle()


def as_dict(cells: Cells) -> dict[tuple[int, int], int]:
    rows = zip(cells.x.tolist(), cells.y.tolist(), cells.count.tolist(), strict=True)
    return {(x, y): n for x, y, n in rows}


__all__ = ["HEAT", "ORACLE", "as_dict", "categories", "report"]
