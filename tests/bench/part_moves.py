"""Moving a case (transition, history, notice, bill with its line) against bare INSERTs.

Goal: at least 0.25 × the rate of the same number of bare INSERTs in one transaction.  The rows
that one move adds are counted, not assumed; the floor adds as many, one statement each, to a plain
table in one transaction, with the same commit.
"""

import datetime as dt
import statistics
import time

from tests.bench import databases

NAME = "geo_bench_moves"
CASES, ROUNDS = 400, 5
BARE = "CREATE TABLE bare (id bigserial PRIMARY KEY, a text, b int, c timestamptz, d jsonb)"
TABLES = ("history_entry", "notices_message", "billing_bill", "billing_billline")


def _rows() -> int:
    from django.db import connection

    from municipality.reach import as_system

    with as_system(), connection.cursor() as cursor:
        cursor.execute("SELECT " + " + ".join(f"(SELECT count(*) FROM {t})" for t in TABLES))
        return int(cursor.fetchone()[0])


def _bare(count: int, inserts: int) -> float:
    """Seconds for so many transactions of bare INSERTs of a row about as wide as ours."""
    from django.db import connection, transaction

    begun = time.perf_counter()
    for number in range(count):
        with transaction.atomic(), connection.cursor() as cursor:
            for _ in range(inserts):
                cursor.execute(
                    "INSERT INTO bare (a, b, c, d) VALUES (%s, %s, now(), %s)",
                    ["x" * 200, number, '{"edge": "accept", "from": "registration"}'],
                )
    return time.perf_counter() - begun


def run() -> None:
    """Print the ratio of the two rates, round by round."""
    import os

    databases.make(NAME, fresh=True)
    with databases.connect(NAME) as owner, owner.cursor() as cursor:
        cursor.execute(BARE)
    os.environ["GEO_DB_NAME"] = NAME
    from django.db import connection

    connection.settings_dict["NAME"] = NAME
    connection.close()
    from municipality.cases.actions import move
    from tests.cases.builders import MORNING, a_town, acting, an_extract

    town = a_town()
    officer, ratios, rates = acting(town.registrar), [], []
    for number in range(ROUNDS):
        cases = [an_extract(town).pk for _ in range(CASES)]
        before = _rows()
        begun = time.perf_counter()
        for pk in cases:
            move(case_id=pk, edge="accept", by=officer, at=MORNING + dt.timedelta(minutes=1))
        took = time.perf_counter() - begun
        added = (_rows() - before) // CASES
        floor = _bare(CASES, added)
        ratios.append(floor / took)
        rates.append(CASES / took)
        print(
            f"round {number + 1}: {CASES / took:,.0f} moves/s, {added} rows each; "
            f"bare INSERTs {CASES / floor:,.0f}/s; ratio {floor / took:.2f}"
        )
    print(
        f"median ratio {statistics.median(ratios):.2f} (goal 0.25), {statistics.median(rates):,.0f}/s"
    )
