"""Title deeds: exact shares, one title a day, and the wall before their owners."""

import datetime as dt
from fractions import Fraction
from functools import reduce

import psycopg2
import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from plots.models import Title, TitleMandate, TitleShare
from plots.register.title_models import MandateStanding
from plots.register.titles import (
    LARGEST,
    NotAShare,
    are_whole,
    mandates_of,
    owners_of,
    read_share,
    title_on,
)
from tests import builders as b
from tests.people.application import application_role
from tests.plots.titles import HALVES, a_title

ON = dt.date(2026, 11, 28)
BILLION = 10**9


def asked_now() -> None:
    """Ask the database now what it would ask when the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@st.composite
def splits(draw) -> list[tuple[int, int]]:
    """The whole, split among owners again and again; parts within the columns, not reduced."""
    parts = [(1, 1)]
    for _ in range(draw(st.integers(0, 6))):
        above, below = parts.pop(draw(st.integers(0, len(parts) - 1)))
        heirs = draw(st.integers(2, 9))
        first = draw(st.integers(1, heirs - 1))
        parts += [(above * first, below * heirs), (above * (heirs - first), below * heirs)]
    return parts


@given(splits())
def test_any_split_of_the_whole_is_exactly_the_whole_in_python(parts) -> None:
    shares = [Fraction(above, below) for above, below in parts]
    assert are_whole(shares)
    assert not are_whole([*shares[:-1], shares[-1] - Fraction(1, 10**18)])


@pytest.mark.django_db
def test_any_split_of_the_whole_is_taken_by_the_database_and_a_billionth_off_is_refused() -> None:
    plots = iter(range(10_000))

    @settings(max_examples=25, deadline=None)
    @given(splits())
    def law(parts) -> None:
        key = f"s{next(plots)}"
        plot = b.a_plot(key)
        shares = [(f"owner {n}", "", above, below) for n, (above, below) in enumerate(parts)]
        title = a_title(plot, key, shares)
        asked_now()
        assert sum((one.share for one in owners_of(plot.pk, ON)), Fraction()) == 1
        row = title.shares.order_by("position")[0]
        for off in (1, -1):
            near = Fraction(row.numerator, row.denominator) + Fraction(off, BILLION)
            if not 0 < near <= 1:
                continue
            with pytest.raises(IntegrityError, match="not to one"), transaction.atomic():
                TitleShare.objects.filter(pk=row.pk).update(
                    numerator=near.numerator, denominator=near.denominator
                )
                asked_now()

    law()


@pytest.mark.django_db
def test_a_third_a_third_and_a_third_are_the_whole_and_a_float_s_thirds_are_not() -> None:
    thirds = [("a", "", 1, 3), ("b", "", 1, 3), ("c", "", 1, 3)]
    a_title(b.a_plot(), "D-1", thirds)
    asked_now()
    written = [("a", "", 333_333_333, BILLION)] * 3
    with pytest.raises(IntegrityError, match="not to one"), transaction.atomic():
        a_title(b.a_plot("k2", b.square(40, 0)), "D-2", written)
        asked_now()


@pytest.mark.django_db
def test_primes_as_denominators_are_added_exactly() -> None:
    primes = (999_999_937, 999_999_929, 999_999_893)
    parts = [Fraction(1, prime) for prime in primes]
    rest = 1 - reduce(lambda one, other: one + other, parts)
    assert rest.denominator > LARGEST  # no deed's column could hold it: the whole is three more
    whole = [(f"o{n}", "", 1, prime) for n, prime in enumerate(primes)]
    whole += [(f"r{n}", "", prime - 1, 3 * prime) for n, prime in enumerate(primes)]
    others = sum((Fraction(above, below) for *_, above, below in whole), Fraction())
    assert others != 1  # near to it is not enough
    with pytest.raises(IntegrityError, match="not to one"), transaction.atomic():
        a_title(b.a_plot(), "D-1", whole)
        asked_now()


@pytest.mark.django_db
def test_a_title_without_owners_and_one_that_loses_an_owner_are_refused() -> None:
    with pytest.raises(IntegrityError, match="not to one"), transaction.atomic():
        a_title(b.a_plot(), "D-1", ())
        asked_now()
    title = a_title(b.a_plot("k2", b.square(40, 0)), "D-2")
    asked_now()
    with pytest.raises(IntegrityError, match="not to one"), transaction.atomic():
        title.shares.filter(position=2).delete()
        asked_now()
    title.delete()  # whole, with its shares
    asked_now()


@pytest.mark.django_db
def test_the_control_without_the_trigger_half_an_owner_is_kept() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE plots_title DISABLE TRIGGER title_has_owners")
        cursor.execute("ALTER TABLE plots_titleshare DISABLE TRIGGER title_shares_sum_to_one")
    plot = b.a_plot()
    a_title(plot, "D-1", HALVES[:1])
    asked_now()
    assert sum(one.share for one in owners_of(plot.pk, ON)) == Fraction(1, 2)


@pytest.mark.django_db
def test_a_plot_has_one_title_a_day_and_its_owners_are_those_of_the_day() -> None:
    plot = b.a_plot()
    a_title(plot, "D-1", [("قديم", "1", 1, 1)], valid=(dt.date(2000, 1, 1), dt.date(2020, 1, 1)))
    a_title(plot, "D-2", HALVES, valid=(dt.date(2020, 1, 1), None))
    assert [one.name for one in owners_of(plot.pk, dt.date(2019, 12, 31))] == ["قديم"]
    assert [one.share for one in owners_of(plot.pk, ON)] == [Fraction(1, 2), Fraction(1, 2)]
    assert owners_of(plot.pk, dt.date(1999, 1, 1)) == []
    with pytest.raises(IntegrityError), transaction.atomic():
        a_title(plot, "D-3", HALVES, valid=(dt.date(2025, 1, 1), None))


@pytest.mark.django_db
def test_a_mandate_counts_on_its_own_days() -> None:
    plot = b.a_plot()
    title = a_title(plot)
    TitleMandate.objects.create(
        title=title, name="مكتب الواحة", valid=(dt.date(2026, 1, 1), dt.date(2026, 12, 1)),
        source="وكالة 117/2026",
    )  # fmt: skip
    (mandate,) = mandates_of(title)
    assert mandate.standing_on(ON) is MandateStanding.HOLDS
    assert mandate.standing_on(dt.date(2026, 12, 1)) is MandateStanding.ENDED
    assert mandate.last_day == dt.date(2026, 11, 30)
    assert title_on(plot_id=plot.pk, on=ON) == title


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("1/3", Fraction(1, 3)), ("١/٣", Fraction(1, 3)), ("2 / 4", Fraction(1, 2)),
        ("50%", Fraction(1, 2)), ("33.3٪", Fraction(333, 1000)), ("0.25", Fraction(1, 4)),
        ("1", Fraction(1)), ("۳/۴", Fraction(3, 4)),
    ],
)  # fmt: skip
def test_a_share_is_read_as_people_write_it(text: str, share: Fraction) -> None:
    assert read_share(text).part == share


@pytest.mark.parametrize(
    "text", ["0", "1/0", "0/5", "-1/2", "1/-2", "3/2", "1.5", "101%", "half", "", "1e3", "1/3/3",
             f"1/{10**30}", "nan", "½"],
)  # fmt: skip
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(NotAShare):
        read_share(text)


@pytest.mark.django_db(transaction=True)
def test_owners_and_mandates_are_seen_by_staff_and_by_nobody_else() -> None:
    plot = b.a_plot()
    with transaction.atomic():
        title = a_title(plot)
        TitleMandate.objects.create(
            title=title, name="وكيل", valid=(dt.date(2026, 1, 1), None), source="وكالة 1"
        )
    tables = {"plots_title": 1, "plots_titleshare": 2, "plots_titlemandate": 1}
    with application_role() as session, session.cursor() as cursor:
        for reach, sees in (("none", False), ("own", False), ("staff", True), ("system", True)):
            cursor.execute("SELECT set_config('geo.reach', %s, false)", [reach])
            for table, rows in tables.items():
                cursor.execute(f"SELECT count(*) FROM {table}")
                assert cursor.fetchone()[0] == (rows if sees else 0), (reach, table)
        cursor.execute("SELECT set_config('geo.reach', 'own', false)")
        with pytest.raises(psycopg2.errors.CheckViolation):  # judged by rows it does not see
            cursor.execute(
                "INSERT INTO plots_titleshare (title_id, position, owner_name, civil_number, "
                "numerator, denominator) VALUES (%s, 3, 'x', '', 1, 2)",
                [title.pk],
            )
        assert Title.objects.get().shares.count() == 2
