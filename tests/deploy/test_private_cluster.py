"""A real private cluster: made, started, stopped, moved, robbed of its files."""

import os
import shutil
import subprocess
import time
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import psycopg2
import pytest

from deploy import accounts, initdb, server, session
from deploy import cluster as clusters
from deploy.cluster import APPLICATION, OWNER, Cluster
from deploy.layout import Layout
from deploy.report import SetupError
from tests.deploy.conftest import NewLayout, is_root

NAME = "geo_muscat_demo"


def connect(url: str) -> "psycopg2.extensions.connection":
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    found = psycopg2.connect(
        dbname=parts.path.lstrip("/"),
        user=parts.username,
        password=unquote(parts.password or ""),
        host=query["host"],
        port=query["port"],
    )
    found.autocommit = True
    return found


def ask(url: str, sql: str) -> object:
    connection = connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None
    finally:
        connection.close()


def started(layout: Layout) -> Cluster:
    found = initdb.ensure(layout, NAME)
    server.start(found)
    server.ensure_database(found, NAME)
    return found


def test_roles_extensions_and_settings_of_a_new_cluster(clone: Layout) -> None:
    found = started(clone)
    owner, app = found.url(OWNER, NAME), found.url(APPLICATION, NAME)
    assert (
        ask(app, "SELECT count(*) FROM pg_extension WHERE extname IN ('postgis', 'pg_trgm')") == 2
    )
    ask(owner, "CREATE EXTENSION IF NOT EXISTS btree_gist")  # there already: no superuser needed
    ask(owner, "CREATE TABLE t (id serial, at daterange)")
    assert ask(app, "INSERT INTO t DEFAULT VALUES RETURNING id") == 1
    for forbidden in ("CREATE TABLE mine (id int)", "DROP TABLE t", "TRUNCATE t"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ask(app, forbidden)
    wanted = {"fsync": "on", "jit": "off", "listen_addresses": "", "max_connections": "100"}
    wanted |= {
        "data_checksums": "on",
        "lc_collate": "C",
        "lc_ctype": "C.UTF-8",
        "random_page_cost": "1.1",
    }
    assert {name: ask(app, f"SHOW {name}") for name in wanted} == wanted


def test_a_test_database_made_by_the_owner_has_the_extensions(clone: Layout) -> None:
    found = started(clone)
    ask(found.url(OWNER, NAME), "CREATE DATABASE test_of_mine")
    owner, app = found.url(OWNER, "test_of_mine"), found.url(APPLICATION, "test_of_mine")
    assert ask(owner, "SELECT ST_AsText(ST_Point(1, 2))") == "POINT(1 2)"
    ask(owner, "CREATE TABLE t (id int)")
    assert ask(app, "SELECT count(*) FROM t") == 0


def test_files_are_closed_and_the_socket_path_is_short(clone: Layout) -> None:
    found = started(clone)
    assert clone.cluster_file.stat().st_mode & 0o777 == 0o600
    assert found.socket.stat().st_mode & 0o777 == 0o710
    assert found.data.stat().st_mode & 0o777 == 0o700
    real = Layout()
    assert len(os.fsencode(real.socket_dir / ".s.PGSQL.65535.lock")) < 100
    with pytest.raises(psycopg2.OperationalError):
        connect(found.url(OWNER, NAME).replace(found.owner_password, "wrong"))


def test_a_second_start_finds_it_running_and_a_stopped_one_starts_again(clone: Layout) -> None:
    found = started(clone)
    assert server.start(found) is False
    server.stop(found)
    assert not server.is_running(found)
    server.stop(found)  # twice is no error
    assert server.start(found) is True


def test_it_survives_a_restart_of_the_machine(clone: Layout) -> None:
    found = started(clone)
    server.stop(found)
    shutil.rmtree(found.socket)  # /tmp is emptied
    stranger = subprocess.Popen(["sleep", "60"], **accounts.identity(found.account))
    try:  # its process number now belongs to a stranger of the same user
        for lock in (found.data / "postmaster.pid", found.data / ".probe"):
            lock.write_text(f"{stranger.pid}\n{found.data}\n", encoding="utf-8")
        assert server.start(found) is True
        assert server.is_running(found)
    finally:
        stranger.kill()
        stranger.wait()


def test_a_running_server_whose_socket_was_swept_away_is_reached_again(clone: Layout) -> None:
    found = started(clone)
    shutil.rmtree(found.socket)
    assert server.start(found) is True
    assert ask(found.url(APPLICATION, NAME), "SELECT 1") == 1


def test_lost_passwords_are_made_anew_and_the_data_stays(clone: Layout) -> None:
    first = started(clone)
    ask(first.url(OWNER, NAME), "CREATE TABLE kept AS SELECT 7 AS n")
    server.stop(first)
    clone.cluster_file.unlink()
    second = started(clone)
    assert second.app_password != first.app_password
    assert ask(second.url(APPLICATION, NAME), "SELECT n FROM kept") == 7


def test_a_copy_of_a_clone_leaves_the_cluster_of_the_first_alone(new_clone: NewLayout) -> None:
    first, second = new_clone(), new_clone()
    initdb.ensure(first, NAME)
    second.make_local()
    shutil.copy(first.cluster_file, second.cluster_file)
    assert clusters.load(first) is not None
    assert clusters.load(second) is None


def test_a_folder_that_somebody_else_made_is_refused(clone: Layout, tmp_path: Path) -> None:
    if not is_root():
        pytest.skip("only root can give a folder to somebody else")
    other = accounts.named("nobody")
    assert other is not None
    clone.socket_dir.mkdir()
    os.chown(clone.socket_dir, other.uid, other.gid)
    with pytest.raises(SetupError, match="somebody else"):
        initdb.ensure(clone, NAME)


def test_the_last_user_stops_the_server(clone: Layout) -> None:
    with session.database(clone, name=NAME) as first:
        assert first.cluster is not None
        with session.database(clone, name=None) as second:
            assert second.cluster == first.cluster
        assert server.is_running(first.cluster)
        with pytest.raises(SetupError, match="in use"):
            session.release(clone)
    assert not server.is_running(first.cluster)


def test_a_kept_server_stays_until_it_is_released(clone: Layout) -> None:
    found = session.keep(clone)
    with session.database(clone, name="geo_muscat_serve"):
        pass
    assert server.is_running(found)
    assert session.release(clone) is True
    assert not server.seems_alive(found)
    assert session.release(clone) is False


def test_an_interrupted_user_leaves_no_server(clone: Layout) -> None:
    with (
        pytest.raises(KeyboardInterrupt),
        session.database(clone, name=NAME) as lent,
    ):
        raise KeyboardInterrupt
    assert lent.cluster is not None
    time.sleep(0.1)
    assert not server.seems_alive(lent.cluster)


def test_a_server_of_the_users_own_is_used_and_none_is_made(
    clone: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://me@db.example/city")
    with session.database(clone, name=NAME) as lent:
        assert lent.cluster is None
        assert lent.environment == {}
    assert not clone.cluster_file.exists()


def test_half_a_server_of_the_users_own_is_refused() -> None:
    with pytest.raises(SetupError, match="set both, or neither"):
        session.uses_own_server({"DATABASE_OWNER_URL": "postgres://me@db.example/city"})


@pytest.mark.skipif(not is_root(), reason="only root runs the database as another user")
def test_below_a_closed_home_the_data_lies_elsewhere(clone: Layout) -> None:
    home = clone.project.parent
    home.chmod(0o700)
    clone = Layout(clone.project, elsewhere=Path("/var/tmp"), socket_base=Path("/tmp"))
    try:
        found = started(clone)
        assert found.data.is_relative_to("/var/tmp")
        assert not accounts.can_write_in(found.account, clone.project)
        assert ask(found.url(APPLICATION, NAME), "SELECT 1") == 1
        server.stop(found)
        assert initdb.ensure(clone, NAME) == found  # found again, not made again
    finally:
        shutil.rmtree(clone.data_elsewhere, ignore_errors=True)
        shutil.rmtree(clone.socket_dir, ignore_errors=True)


@pytest.mark.skipif(not is_root(), reason="only root runs the database as another user")
def test_root_does_not_run_the_database_and_its_data_lies_in_the_clone(clone: Layout) -> None:
    found = started(clone)
    pid = server.postmaster_pid(found)
    assert Path(f"/proc/{pid}").stat().st_uid == found.account.uid != 0
    assert found.data.is_relative_to(clone.local)
