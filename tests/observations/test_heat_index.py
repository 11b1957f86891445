"""The index is exact at every instant: against SQL GROUP BY, after anything writers may do."""

import datetime as dt
import random

import pytest
from django.contrib.gis.geos import Point
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maps.heat.index import fold, rebuild_index
from maps.heat.lattice import LEVELS, Window
from maps.heat.models import HeatPiece
from maps.heat.packing import OutOfStep, merge
from maps.heat.queries import ALL, Selection, count_cells, totals, totals_in_cell
from municipality import crs
from municipality.places.models import Area, Wilayat
from observations.reports.heat import HEAT
from observations.reports.models import Observation
from tests.observations.conftest import ORACLE, as_dict, report

DAY = dt.date(2016, 3, 5)
X, Y = 640_000.0, 2_610_000.0


def agrees(selection: Selection = ALL) -> dict[tuple[int, int], int]:
    """The index says what SQL says, at every level; returns the smallest cells."""
    for level in range(LEVELS):
        found = as_dict(count_cells(HEAT, selection, level=level))
        assert found == ORACLE.cells(selection, level=level), level
        if found and level > 3:  # a window as a map asks for it: made ready and kept
            xs, ys = [x for x, _ in found], [y for _, y in found]
            around = Window(level, min(xs), min(ys), max(xs) + 1, max(ys) + 1)
            assert as_dict(count_cells(HEAT, selection, level=level, window=around)) == found
    return as_dict(count_cells(HEAT, selection, level=0))


def many(n: int, categories: list[int], seed: int = 1) -> list[Observation]:
    rng = random.Random(seed)
    wilayats = [Wilayat.objects.create(code=f"w{seed}{i}", name_ar="", name_en="") for i in (0, 1)]
    area = Area.objects.create(code=f"a{seed}", name_ar="", name_en="")
    return [
        report(
            X + rng.gauss(0, 4000),
            Y + rng.gauss(0, 4000),
            DAY + dt.timedelta(days=rng.randrange(700)),
            rng.choice(categories),
            status=rng.randint(1, 5),
            channel=rng.randint(0, 8),
            severity=rng.randint(0, 4),
            wilayat=rng.choice([None, *wilayats]),
            area=rng.choice([None, area]),
        )
        for _ in range(n)
    ]


def selections(categories: list[int]) -> list[Selection]:
    wilayat = Wilayat.objects.order_by("pk").first()
    area = Area.objects.order_by("pk").first()
    return [
        ALL,
        Selection(since=DAY + dt.timedelta(days=100)),
        Selection(since=DAY + dt.timedelta(days=3), until=DAY + dt.timedelta(days=90)),
        Selection(category=frozenset(categories[:2]), status=frozenset({1, 4})),
        Selection(channel=frozenset({2}), until=DAY + dt.timedelta(days=400)),
        Selection(wilayat=frozenset({wilayat.pk})),
        Selection(area=frozenset({area.pk}), category=frozenset({categories[3]})),
        Selection(category=frozenset()),
        Selection(since=dt.date(1, 1, 1), until=dt.date(9999, 12, 31)),
    ]


def test_every_selection_equals_group_by_at_every_level(categories):
    Observation.objects.bulk_create(many(3000, categories))
    for selection in selections(categories):
        agrees(selection)
    fold(HEAT, at_least=1)
    for selection in selections(categories):
        agrees(selection)


def test_the_sum_of_cells_is_the_number_of_filtered_reports(categories):
    Observation.objects.bulk_create(many(500, categories))
    chosen = Selection(category=frozenset(categories[1:]), status=frozenset({1, 2, 3}))
    there = Observation.objects.filter(category__in=categories[1:], status__in=(1, 2, 3))
    cells = count_cells(HEAT, chosen, level=3)
    assert cells.total() == there.count() == totals(HEAT, chosen).count


def test_cells_are_half_open(categories):
    points = [(0.0, 0.0), (49.999999, 0), (50.0, 0), (-0.000001, 0), (-50, -50), (99.99, 3200)]
    Observation.objects.bulk_create(report(x, y, DAY, categories[0]) for x, y in points)
    cells = agrees()
    assert cells == {(0, 0): 2, (1, 0): 1, (-1, 0): 1, (-1, -1): 1, (1, 64): 1}


@pytest.mark.parametrize("how", ["move", "same cell", "category", "withdraw"])
def test_one_change_touches_as_many_cells_as_it_must(categories, how):
    Observation.objects.bulk_create(many(200, categories))
    one = report(X, Y, DAY, categories[0])
    one.save()
    before = agrees()
    if how == "move":
        one.point = Point(X + 5000, Y, srid=crs.METRIC)
        one.save()
    elif how == "same cell":
        one.point = Point(X + 1, Y, srid=crs.METRIC)
        one.save()
    elif how == "category":
        Observation.objects.filter(pk=one.pk).update(category=categories[1])
    else:
        one.delete()
    after = agrees()
    changed = {c for c in before | after if before.get(c, 0) != after.get(c, 0)}
    assert len(changed) == {"move": 2, "same cell": 0, "category": 0, "withdraw": 1}[how]
    agrees(Selection(category=frozenset({categories[1]})))


def test_there_and_back_is_as_before(categories):
    Observation.objects.bulk_create(many(50, categories))
    before = agrees()
    move = "UPDATE observations_observation SET point = ST_Translate(point, %s, %s)"
    with connection.cursor() as cursor:
        cursor.execute(move, [12_345, -6_789])
        assert agrees() != before
        fold(HEAT, at_least=1)
        cursor.execute(move, [-12_345, 6_789])
    assert agrees() == before
    fold(HEAT, at_least=1)
    assert agrees() == before
    assert not HeatPiece.objects.filter(sign=-1).exists()


def test_a_change_the_index_does_not_hold_writes_nothing(categories):
    Observation.objects.bulk_create(many(50, categories))
    pieces = HeatPiece.objects.count()
    Observation.objects.update(address="سوق مطرح", accuracy_m=12.5)
    assert HeatPiece.objects.count() == pieces


def test_a_bulk_copy_adds_one_piece_a_block(categories):
    Observation.objects.bulk_create(many(5000, categories), batch_size=5000)
    blocks = len({(x >> 6, y >> 6) for x, y in agrees()})
    assert HeatPiece.objects.count() == blocks


def test_an_upsert_an_emptied_table_and_a_rolled_back_writer(categories):
    rows = many(60, categories)
    for i, row in enumerate(rows):
        row.source, row.external_id = "file", str(i)
    Observation.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO observations_observation (public_id, point, fix_origin, category_id,"
            " status, channel, severity, reported_at, reported_on, source, external_id, address)"
            " SELECT gen_random_uuid(), ST_Translate(point, 70, 0), fix_origin, category_id, 4,"
            " channel, severity, reported_at, reported_on, source,"
            " CASE WHEN id % 2 = 0 THEN external_id ELSE 'new' || external_id END, ''"
            " FROM observations_observation ON CONFLICT (source, external_id)"
            " WHERE NOT external_id = '' DO UPDATE SET point = EXCLUDED.point, status = 4"
        )
    agrees()
    before = as_dict(count_cells(HEAT, ALL, level=0))
    try:
        with transaction.atomic():
            Observation.objects.all().delete()
            assert agrees() == {}
            raise ZeroDivisionError
    except ZeroDivisionError:
        assert agrees() == before
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE observations_observation CASCADE")
    assert agrees() == {} and not HeatPiece.objects.filter(layer=HEAT.number).exists()


def test_a_row_the_index_cannot_hold_is_refused_with_its_reason(categories):
    from django.db import IntegrityError

    too_old = report(X, Y, dt.date(1850, 1, 1), categories[0])
    with (
        pytest.raises(IntegrityError, match="observation_day_is_of_our_time"),
        transaction.atomic(),
    ):
        too_old.save()
    wrong_day = report(X, Y, DAY, categories[0])
    wrong_day.reported_on = DAY + dt.timedelta(days=1)
    with pytest.raises(IntegrityError, match="observation_day_is_the_citys"), transaction.atomic():
        wrong_day.save()


def test_rebuilding_gives_the_same_index(categories):
    Observation.objects.bulk_create(many(300, categories))
    before = agrees()
    HeatPiece.objects.filter(sign=1)[:1].get().delete()
    assert as_dict(count_cells(HEAT, ALL, level=0)) != before
    rebuild_index(HEAT)
    assert agrees() == before


def test_a_block_never_gives_up_what_it_does_not_hold():
    a, b = bytes(15) + b"\x01", bytes(15) + b"\x02"
    assert merge([(1, a + b + b), (-1, b)]) == a + b
    assert merge([(1, a), (-1, a)]) == b""
    with pytest.raises(OutOfStep):
        merge([(1, a), (-1, b)])


def test_totals_by_month_place_and_kind_equal_sql(categories):
    Observation.objects.bulk_create(many(800, categories))
    since, until = DAY + dt.timedelta(days=20), DAY + dt.timedelta(days=500)
    found = totals(HEAT, Selection(since=since, until=until, status=frozenset({1, 2})))
    rows = Observation.objects.filter(
        reported_on__gte=since, reported_on__lt=until, status__in=(1, 2)
    )
    months: dict[dt.date, int] = {}
    wilayats: dict[int, int] = {}
    for row in rows:
        month = row.reported_on.replace(day=1)
        months[month] = months.get(month, 0) + 1
        wilayats[row.wilayat_id or 0] = wilayats.get(row.wilayat_id or 0, 0) + 1
    assert found.months == months and found.wilayats == wilayats
    assert sum(found.categories.values()) == rows.count() == found.count
    assert set(found.statuses) <= {1, 2}


@pytest.mark.parametrize("level", [0, 3, 7, 8])
def test_the_parts_of_a_cell_add_up_to_its_count(categories, level):
    Observation.objects.bulk_create(many(400, categories))
    cells = count_cells(HEAT, ALL, level=level)
    for x, y, n in list(zip(cells.x, cells.y, cells.count, strict=True))[:10]:
        parts = totals_in_cell(HEAT, ALL, level=level, x=int(x), y=int(y))
        assert parts.count == n == sum(parts.categories.values())


def test_a_window_holds_whole_cells_with_their_full_counts(categories):
    Observation.objects.bulk_create(many(900, categories))
    for level in (0, 4, 8):
        everything = as_dict(count_cells(HEAT, ALL, level=level))
        x = sorted(everything)[len(everything) // 2]
        window = Window(level, x[0] - 2, x[1] - 2, x[0] + 3, x[1] + 3)
        there = as_dict(count_cells(HEAT, ALL, level=level, window=window))
        assert there == {
            c: n
            for c, n in everything.items()
            if window.x0 <= c[0] < window.x1 and window.y0 <= c[1] < window.y1
        }


STEP = st.one_of(
    st.tuples(st.just("add"), st.floats(-9e3, 9e3), st.floats(-9e3, 9e3), st.integers(0, 3)),
    st.tuples(st.just("move"), st.floats(-9e3, 9e3), st.floats(-9e3, 9e3), st.integers(0, 99)),
    st.tuples(st.just("change"), st.just(0.0), st.just(0.0), st.integers(0, 99)),
    st.tuples(st.just("withdraw"), st.just(0.0), st.just(0.0), st.integers(0, 99)),
    st.tuples(st.just("fold"), st.just(0.0), st.just(0.0), st.integers(1, 4)),
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(STEP, max_size=25))
def test_any_history_of_writes_and_folds_leaves_the_exact_index(categories, steps):
    with transaction.atomic():
        for what, x, y, n in steps:
            ids = list(Observation.objects.order_by("pk").values_list("pk", flat=True))
            pick = Observation.objects.filter(pk=ids[n % len(ids)]) if ids else None
            if what == "add":
                report(X + x, Y + y, DAY, categories[n]).save()
            elif what == "fold":
                before = as_dict(count_cells(HEAT, ALL, level=0))
                fold(HEAT, at_least=n)
                assert as_dict(count_cells(HEAT, ALL, level=0)) == before
            elif pick is not None and what == "move":
                pick.update(point=Point(X + x, Y + y, srid=crs.METRIC))
            elif pick is not None and what == "change":
                pick.update(category=categories[n % 4], status=1 + n % 5)
            elif pick is not None:
                pick.delete()
        agrees()
        agrees(Selection(category=frozenset({categories[0]}), status=frozenset({1})))
        transaction.set_rollback(True)
