"""A statement is planned once a session, and answers as if it were planned each time."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from municipality.prepared import Prepared

DOUBLED = Prepared("test_doubled", "SELECT %(n)s * 2, %(t)s || %(t)s", {"t": "text", "n": "int"})


def statements() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name = 'test_doubled'")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_every_session_plans_it_once() -> None:
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            assert [DOUBLED.rows({"n": n, "t": "a'%"}) for n in (3, -1)] == [
                [(6, "a'%a'%")], [(-2, "a'%a'%")],
            ]  # fmt: skip
        assert len(asked) == 3 and statements() == 1
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_it_outlives_a_transaction_that_is_taken_back() -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        DOUBLED.rows({"n": 1, "t": ""})
        DOUBLED.rows({"n": 2**31 - 1, "t": ""})
    assert DOUBLED.rows({"n": 2, "t": ""}) == [(4, "")]


@pytest.mark.django_db
def test_what_a_table_has_gained_since_is_answered() -> None:
    counted = Prepared("test_counted", "SELECT count(*) FROM t WHERE n > %(n)s", {"n": "int"})
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE t AS SELECT generate_series(1, 5) AS n")
        assert counted.rows({"n": 3}) == [(2,)]
        cursor.execute("ALTER TABLE t ADD m int")
        cursor.execute("INSERT INTO t VALUES (9, 9)")
    assert counted.rows({"n": 3}) == [(3,)]
