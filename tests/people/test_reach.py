"""The second wall: what each request's database session sees, and that it is the portal's own."""

import datetime as dt
import gc
import os
import subprocess
import sys
import time

import psycopg2
import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client, RequestFactory
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT

from municipality.actor import Actor
from municipality.people.acting_person import actor_of, office_ids
from municipality.people.models import Membership
from municipality.people.presence import viewer_of
from municipality.problems import Problem
from municipality.reach import NOBODY, Viewer, look_as
from tests import kept_sessions
from tests.builders import a_person
from tests.codebase.test_habits import ROOT
from tests.people.application import application_role, as_application
from tests.people.builders import a_citizen, a_member, an_office

ON = dt.date(2026, 11, 28)
# Walls against reading: a table that everybody may read (a list of revoked certificates is there
# to be read) has one against writing alone, which is tested where it is.
WALLS = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relrowsecurity AND n.nspname = 'public' AND NOT EXISTS (
  SELECT FROM pg_policies p WHERE p.tablename = c.relname AND p.cmd = 'SELECT' AND p.qual = 'true'
    AND c.relname = 'documents_revokedcertificate')
ORDER BY 1
"""
LOOSEN = """
DO $$ DECLARE told record; BEGIN
  FOR told IN SELECT conrelid::regclass AS "table", conname FROM pg_constraint
    JOIN pg_class ON pg_class.oid = conrelid AND relrowsecurity WHERE contype IN ('f', 'c', 'x')
  LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I CASCADE', told."table", told.conname);
  END LOOP;
  FOR told IN SELECT relname FROM pg_class WHERE relrowsecurity
  LOOP EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', told.relname); END LOOP;
END $$
"""
COLUMNS = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attgenerated, a.attidentity
FROM pg_attribute a WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped
"""
VALUES = {
    "bigint": "1", "integer": "1", "smallint": "1", "boolean": "true", "jsonb": "'{}'",
    "date": "'2026-11-28'", "daterange": "'[2026-01-01,2027-01-01)'", "bytea": "'x'",
    "timestamp with time zone": "'2026-11-28'", "xid8": "'1'", "inet": "'127.0.0.1'",
    "uuid": "'00000000-0000-0000-0000-000000000001'", "numeric": "1", "double precision": "1",
    "text": "'1'", "interval": "'1 day'",
}  # fmt: skip


def _value(kind: str) -> str:
    if kind.endswith("[]"):
        return "'{}'"
    if kind.startswith("character varying"):
        return "'1'"
    if kind.startswith("numeric"):
        return "1"
    return VALUES.get(kind, "NULL")


def _drop(keeper: "psycopg2.extensions.connection", name: str) -> None:
    """Drop a database as soon as the sessions that were closed have really gone."""
    for _ in range(50):
        try:
            with keeper.cursor() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            return
        except psycopg2.errors.ObjectInUse:
            time.sleep(0.1)
    raise TimeoutError(name)


def _close_all() -> None:
    """Close every connection of this process: a browser test leaves one in a context of its own."""
    kept_sessions.drain()
    for found in gc.get_objects():
        # by its type: isinstance() would wake every lazy object there is
        if issubclass(type(found), BaseDatabaseWrapper) and found.connection is not None:
            found.connection.close()
            found.connection = None


def _copy(keeper: "psycopg2.extensions.connection", name: str, copy: str) -> None:
    """Copy the test database once nobody else is in it: a process of another test may be leaving."""
    end = time.monotonic() + 20
    with keeper.cursor() as cursor:
        while True:
            try:
                cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')
                return
            except psycopg2.errors.ObjectInUse:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)


@pytest.fixture
def walled(transactional_db):
    """A copy of the database with one row in every table that has a wall; dropped afterwards."""
    name, copy = (
        connection.settings_dict["NAME"],
        "people_walls_" + connection.settings_dict["NAME"],
    )
    told = connection.get_connection_params()
    _close_all()

    def session(database: str) -> "psycopg2.extensions.connection":
        made = psycopg2.connect(
            dbname=database, user=told["user"], password=told["password"], host=told["host"],
            port=told.get("port"), options=told["options"],
        )  # fmt: skip
        made.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
        return made

    keeper = session("postgres")
    _drop(keeper, copy)
    _copy(keeper, name, copy)
    owner = session(copy)
    with owner.cursor() as cursor:
        cursor.execute(LOOSEN)
        cursor.execute(WALLS)
        tables = [row[0] for row in cursor.fetchall()]
        for table in tables:
            cursor.execute(COLUMNS, [table])
            columns = [(c, k) for c, k, generated, _ in cursor.fetchall() if not generated]
            names = ", ".join(f'"{column}"' for column, _ in columns)
            for column, kind in columns:
                if _value(kind) == "NULL":
                    cursor.execute(f'ALTER TABLE {table} ALTER "{column}" DROP NOT NULL')
            values = ", ".join(_value(kind) for _, kind in columns)
            cursor.execute(
                f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE VALUES ({values})"
            )
    yield copy, owner, tables
    owner.close()
    _drop(keeper, copy)
    keeper.close()


def seen(session: "psycopg2.extensions.connection", table: str) -> int:
    with session.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def look(session: "psycopg2.extensions.connection", reach: str, person: str = "") -> None:
    with session.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('geo.reach', %s, false), set_config('geo.person', %s, false), "
            "set_config('geo.offices', '{}', false)",
            [reach, person],
        )


def test_raw_sql_of_the_portal_s_role_sees_no_row_behind_a_wall(walled) -> None:
    copy, owner, tables = walled
    money_files_cases = {"billing_bill", "cases_case", "documents_issuedpaper", "notices_message"}
    assert money_files_cases <= set(tables) and len(tables) >= 12
    with application_role(copy) as session:
        for table in tables:
            assert seen(session, table) == 0, table
            with session.cursor() as cursor:
                try:
                    cursor.execute(f"DELETE FROM {table}")
                    assert cursor.rowcount == 0, table
                except psycopg2.errors.InsufficientPrivilege:
                    pass  # better still: not even the right to try
        look(session, "own", "999")
        assert {table: seen(session, table) for table in tables} == dict.fromkeys(tables, 0)
        look(session, "system")
        assert {table: seen(session, table) for table in tables} == dict.fromkeys(tables, 1)
        look(session, "none")
        for table in tables:  # the control: with the wall down the same question sees the row
            with owner.cursor() as cursor:
                cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
                assert seen(session, table) == 1, table
                cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


@pytest.mark.django_db
def test_each_kind_of_person_sees_as_far_as_they_should() -> None:
    office, other = an_office("1"), an_office("2")
    member = a_member("m1", office)
    Membership.objects.create(
        consultancy=other, person=member, valid=(dt.date(2020, 1, 1), dt.date(2026, 11, 28))
    )
    citizen, clerk = a_citizen(), a_person("registrar")
    assert viewer_of(citizen, on=ON) == Viewer("own", citizen.pk)
    assert viewer_of(member, on=ON) == Viewer("own", member.pk, (office.pk,))  # the other ended
    assert office_ids(member, on=dt.date(2026, 11, 27)) == (office.pk, other.pk)
    assert viewer_of(clerk, on=ON) == Viewer("staff", clerk.pk)
    member.roles = ["citizen"]
    assert office_ids(member, on=ON) == ()


@pytest.mark.django_db
def test_who_acts_is_named_only_in_a_role_they_hold() -> None:
    request = RequestFactory().get("/")
    request.user = a_person("cashier")
    assert actor_of(request, "cashier") == Actor(request.user.pk, "cashier", "cashier")
    for role in ("supervisor", "system", ""):
        with pytest.raises(Problem):
            actor_of(request, role)


def reach_now() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('geo.reach'), current_setting('geo.person', true)")
        return cursor.fetchone()


@pytest.mark.django_db(transaction=True)
def test_requests_after_each_other_on_one_connection_never_share_their_reach(
    django_assert_num_queries,
) -> None:
    clerk, citizen = a_person("registrar"), a_citizen()
    anonymous, of_clerk, of_citizen = Client(), Client(), Client()
    of_clerk.force_login(clerk)
    of_citizen.force_login(citizen)
    with as_application():
        assert reach_now()[0] == "none"
        of_clerk.get("/api/session")
        assert reach_now() == ("staff", str(clerk.pk))
        anonymous.get("/api/session")
        assert reach_now() == ("none", "")
        of_citizen.get("/api/session")
        assert reach_now() == ("own", str(citizen.pk))
        of_citizen.delete("/api/session")
        of_citizen.get("/api/session")
        assert reach_now() == ("none", "")
        with django_assert_num_queries(0):
            anonymous.get("/healthz")
    look_as(NOBODY)


@pytest.mark.django_db(transaction=True)
def test_a_disabled_person_s_session_sees_nothing_at_the_next_request() -> None:
    clerk, client = a_person("registrar"), Client()
    client.force_login(clerk)
    with as_application():
        client.get("/api/session")
        assert reach_now()[0] == "staff"
    clerk.is_active = False
    clerk.save()
    with as_application():
        client.get("/api/session")
        assert reach_now()[0] == "none"


@pytest.mark.django_db(transaction=True)
def test_commands_and_workers_see_everything_and_web_processes_nothing() -> None:
    """``manage.py`` asks for it before the settings are read; without it a session sees nothing."""
    ask = (
        "from django.db import connection as c; k = c.cursor(); "
        "k.execute(\"SELECT current_setting('geo.reach')\"); print('reach', k.fetchone()[0])"
    )
    told = ("GEO_REACH", "GEO_DB_ROLE")
    env = {name: text for name, text in os.environ.items() if name not in told}
    env["DJANGO_SETTINGS_MODULE"] = "geo_portal.settings.dev"
    env["GEO_DB_NAME"] = str(connection.settings_dict["NAME"])
    command = [sys.executable, "manage.py", "shell", "-c", ask]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert "reach system" in done.stdout, done.stderr[-500:]
    with application_role() as session, session.cursor() as cursor:
        cursor.execute("SELECT current_setting('geo.reach')")
        assert cursor.fetchone() == ("none",)
