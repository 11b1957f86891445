"""The city's index built anew by a graph: the same as in SQL, while the city goes on reporting.

Each guard has its control: with the guard off the index must go wrong.
"""

import contextlib
import datetime as dt
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from io import StringIO
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.contrib.gis.geos import Point
from django.core.management import CommandError, call_command
from django.db import connection

from maps.heat import index
from maps.heat.batch import city
from maps.heat.batch.city import alone, rebuild_by_graph, swap, write_out
from maps.heat.batch.folder import build
from maps.heat.batch.graph import blocks_of
from maps.heat.batch.refusals import Refused
from maps.heat.index import HELD, fold, rebuild_index
from maps.heat.models import HeatPiece
from maps.heat.queries import ALL, count_cells
from maps.heat.sql import LOCK_CLASS, REBUILD_CLASS
from municipality import crs
from observations.reports.heat import HEAT
from observations.reports.models import Category, Observation
from tests.clusters import two_workers
from tests.maps.heat_files import some, write
from tests.observations.conftest import ORACLE, as_dict, report
from tests.observations.test_heat_index import X, Y, agrees, many, selections
from tests.observations.test_heat_races import folder, writer
from tests.side_by_side import at_once

DAY = dt.date(2016, 3, 5)


@pytest.fixture
def kinds(transactional_db) -> list[int]:
    HELD.clear()
    names = ("potholes", "lighting", "waste", "trees")
    return [Category.objects.create(code=c, name_ar=c, name_en=c).pk for c in names]


def pieces() -> dict[tuple[int, int], bytes]:
    """The one piece of every block."""
    rows = HeatPiece.objects.filter(layer=HEAT.number).values_list("bx", "by", "sign", "n", "data")
    found = {(bx, by): bytes(data) for bx, by, _, _, data in rows}
    assert len(found) == len(rows)
    assert all(sign == 1 and n * 16 == len(data) for _, _, sign, n, data in rows)
    return found


def test_the_graph_makes_the_pieces_that_sql_makes(kinds, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(city, "CHUNK_ROWS", 100)
    monkeypatch.setattr(city, "PARTITION_ROWS", 300)
    Observation.objects.bulk_create(many(1000, kinds))
    rebuild_index(HEAT)
    fold(HEAT, at_least=1)
    truth = pieces()
    HeatPiece.objects.filter(pk=HeatPiece.objects.order_by("n").last().pk).delete()  # damaged
    for cut in (1, 3, 7):
        folder = tmp_path / str(cut)
        done = rebuild_by_graph(HEAT, folder, partitions=cut)
        assert done.reports == 1000 and done.blocks == len(truth)
        assert pieces() == truth
        assert len(list(folder.glob("*.parquet"))) == 4 and folder.stat().st_mode & 0o077 == 0
    for selection in selections(kinds):
        agrees(selection)
    # The files are GeoParquet like any other, and give the same index outside the database.
    build(tmp_path / "7", tmp_path / "index")
    rows = [r for p in (tmp_path / "index").glob("*.parquet") for r in pq.read_table(p).to_pylist()]
    assert {(row["bx"], row["by"]): row["data"] for row in rows} == truth


def changes(kinds: list[int]) -> None:
    """Reports come, move, change and go."""
    Observation.objects.bulk_create(many(40, kinds, seed=2))
    ids = list(Observation.objects.order_by("pk").values_list("pk", flat=True)[:30])
    Observation.objects.filter(pk__in=ids[:10]).update(point=Point(X + 5000, Y, srid=crs.METRIC))
    Observation.objects.filter(pk__in=ids[10:20]).update(category=kinds[0], status=3)
    Observation.objects.filter(pk__in=ids[20:]).delete()


def fold_elsewhere() -> int:
    """Fold by another session, as the worker does; returns how many pieces it folded."""
    folded: list[int] = []

    def work() -> None:
        folded.append(fold(HEAT, at_least=1))

    for error in at_once(work):
        raise error
    return folded[0]


def test_what_happens_during_a_rebuild_is_kept(kinds, tmp_path: Path) -> None:
    Observation.objects.bulk_create(many(300, kinds))
    with alone(HEAT):
        written = write_out(HEAT, tmp_path / "reports")
        changes(kinds)
        assert fold_elsewhere() == 0
        found = blocks_of(tmp_path / "reports")
        agrees()
        swap(HEAT, written, found)
        assert HeatPiece.objects.filter(sign=-1).exists()  # what went lies beside what was packed
        for selection in selections(kinds):
            agrees(selection)
    fold(HEAT, at_least=1)
    agrees()
    assert not HeatPiece.objects.filter(sign=-1).exists()


def test_rebuilds_among_writers_and_folds(kinds, tmp_path: Path) -> None:
    def rebuilds() -> None:
        for n in range(4):
            rebuild_by_graph(HEAT, tmp_path / str(n), partitions=2)

    raised = at_once(writer(0, kinds[0], 60), writer(1, kinds[0], 60), folder(60), rebuilds)
    assert raised == []
    agrees()
    fold(HEAT, at_least=1)
    agrees()


def test_control_a_fold_that_does_not_pass_it_by_is_found(kinds, tmp_path: Path, monkeypatch):
    """It would put what came since into one piece with what was packed."""
    Observation.objects.bulk_create(many(300, kinds))
    monkeypatch.setattr(index, "REBUILD_CLASS", REBUILD_CLASS + 1000)
    with alone(HEAT):
        written = write_out(HEAT, tmp_path / "reports")
        changes(kinds)
        assert fold_elsewhere() > 0
        with pytest.raises(Refused) as refused:
            swap(HEAT, written, blocks_of(tmp_path / "reports"))
    assert refused.value.code == "changed"
    agrees()


def test_a_writer_that_is_not_done_when_the_rows_are_read_is_kept(kinds, tmp_path: Path) -> None:
    Observation.objects.bulk_create(many(50, kinds))
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(
            "UPDATE observations_observation SET point = ST_Translate(point, 7000, 0)"
            " WHERE id IN (SELECT id FROM observations_observation ORDER BY id LIMIT 20)"
        )
        with alone(HEAT):
            written = write_out(HEAT, tmp_path / "reports")
            cursor.execute("COMMIT")
            swap(HEAT, written, blocks_of(tmp_path / "reports"))
    agrees()


@pytest.mark.parametrize("damaged", [False, True])
def test_a_table_that_is_emptied_meanwhile_refuses_the_swap(kinds, tmp_path, damaged) -> None:
    """Also where the index had no piece whose absence would tell it."""
    Observation.objects.bulk_create(many(50, kinds))
    if damaged:
        HeatPiece.objects.all().delete()
    with alone(HEAT):
        written = write_out(HEAT, tmp_path / "reports")
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE observations_observation CASCADE")
        with pytest.raises(Refused) as refused:
            swap(HEAT, written, blocks_of(tmp_path / "reports"))
    assert refused.value.code == "changed" and agrees() == {}


def test_control_without_the_tables_file_the_emptied_reports_come_back(
    kinds, tmp_path: Path, monkeypatch
) -> None:
    Observation.objects.bulk_create(many(50, kinds))
    HeatPiece.objects.all().delete()
    monkeypatch.setattr(city, "_table_file", lambda cursor, layer: 0)
    with alone(HEAT):
        written = write_out(HEAT, tmp_path / "reports")
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE observations_observation CASCADE")
        swap(HEAT, written, blocks_of(tmp_path / "reports"))
    assert count_cells(HEAT, ALL, level=0).total() == 50 and not Observation.objects.exists()


def test_one_rebuild_at_a_time_in_sql_too(kinds, tmp_path: Path, monkeypatch) -> None:
    Observation.objects.bulk_create(many(20, kinds))
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [REBUILD_CLASS, HEAT.number])
        monkeypatch.setattr(city, "WAIT", "200ms")
        with pytest.raises(Refused) as refused:
            rebuild_by_graph(HEAT, tmp_path / "reports")
        assert refused.value.code == "running" and not (tmp_path / "reports").exists()
        with connection.cursor() as own:
            own.execute("SET lock_timeout = '200ms'")
        with contextlib.closing(connection), pytest.raises(Exception, match="lock timeout"):
            rebuild_index(HEAT)
    agrees()


def test_what_breaks_off_in_the_swap_leaves_the_old_pieces(kinds, tmp_path, monkeypatch) -> None:
    Observation.objects.bulk_create(many(50, kinds))
    before = set(HeatPiece.objects.values_list("pk", flat=True))

    def gone(cursor, **said) -> None:
        raise RuntimeError("gone")

    monkeypatch.setattr(city, "copy_into", gone)
    with pytest.raises(RuntimeError, match="gone"):
        rebuild_by_graph(HEAT, tmp_path / "reports")
    assert set(HeatPiece.objects.values_list("pk", flat=True)) == before
    assert fold(HEAT, at_least=1) == len(before)  # the lock went with it


def _command(*words: str) -> "subprocess.Popen[str]":
    name = str(connection.settings_dict["NAME"])
    env = {**os.environ, "GEO_DB_NAME": name, "DJANGO_SETTINGS_MODULE": "geo_portal.settings.test"}
    return subprocess.Popen(
        [sys.executable, "manage.py", "rebuild_heat", *words], env=env, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_killed_before_the_swap_the_old_index_is_left(kinds, tmp_path: Path, how) -> None:
    Observation.objects.bulk_create(many(50, kinds))
    before = set(HeatPiece.objects.values_list("pk", flat=True))
    waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(%s, %s)", [LOCK_CLASS, HEAT.number])
        process = _command("--folder", str(tmp_path / "reports"))
        until = time.monotonic() + 120
        while True:
            cursor.execute(f"{waits} AND classid = {LOCK_CLASS}")
            if cursor.fetchone()[0]:
                break
            assert process.poll() is None and time.monotonic() < until, process.communicate()
            time.sleep(0.2)
        process.send_signal(how)
        if how == signal.SIGKILL:
            process.wait()
        # The server finds the session gone when the lock it waits for comes free.
        cursor.execute("SELECT pg_advisory_unlock_shared(%s, %s)", [LOCK_CLASS, HEAT.number])
        said, _ = process.communicate(timeout=60)
        until = time.monotonic() + 60
        held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s"
        while True:
            cursor.execute(held, [REBUILD_CLASS])
            if not cursor.fetchone()[0]:
                break
            assert time.monotonic() < until
            time.sleep(0.1)
    if how == signal.SIGTERM:
        assert "was stopped before its end" in said and "أُوقف العمل" in said
        assert not (tmp_path / "reports").exists()  # the places of reports are taken away
    assert set(HeatPiece.objects.values_list("pk", flat=True)) == before
    agrees()
    assert rebuild_by_graph(HEAT, tmp_path / "again").reports == 50
    agrees()


def test_the_command_rebuilds_and_leaves_no_report_behind(kinds, tmp_path: Path) -> None:
    Observation.objects.bulk_create(many(50, kinds))
    said, folder = StringIO(), tmp_path / "reports"
    call_command("rebuild_heat", folder=folder, stdout=said)
    assert "50 reports" in said.getvalue() and "50 بلاغًا" in said.getvalue()
    assert not folder.exists()
    call_command("rebuild_heat", folder=folder, keep=True, stdout=said)
    assert folder.exists() and "stay in" in said.getvalue()
    with pytest.raises(CommandError, match="exists and is not empty"):
        call_command("rebuild_heat", folder=folder)
    assert any(folder.iterdir())  # what was there is not removed
    Observation.objects.all().delete()
    call_command("rebuild_heat", stdout=said)
    assert not HeatPiece.objects.exists()


def test_a_cluster_builds_the_same_and_says_why_not(kinds, tmp_path: Path) -> None:
    Observation.objects.bulk_create(many(500, kinds))
    fold(HEAT, at_least=1)
    rebuild_by_graph(HEAT, tmp_path / "here")
    truth = pieces()
    with two_workers() as address:
        for cut in (1, 3):
            folder = tmp_path / f"there{cut}"
            assert rebuild_by_graph(HEAT, folder, partitions=cut, cluster_at=address).reports == 500
            assert pieces() == truth
        built = build(tmp_path / "here", tmp_path / "index", cluster_at=address)
        assert (built.reports, built.blocks) == (500, len(truth))
        bad = some(20)
        bad[7] = (*bad[7][:3], -1, *bad[7][4:])
        write(tmp_path / "bad.parquet", bad)
        with pytest.raises(Refused) as refused:
            build(tmp_path / "bad.parquet", tmp_path / "none", cluster_at=address)
    assert refused.value.code == "out_of_range" and "row 8" in refused.value.text.en
    assert as_dict(count_cells(HEAT, ALL, level=0)) == ORACLE.cells(ALL, level=0)


def test_a_report_that_arrives_counts_at_once(kinds, tmp_path: Path) -> None:
    Observation.objects.bulk_create(many(20, kinds))
    rebuild_by_graph(HEAT, tmp_path / "reports")
    before = agrees()
    report(X, Y, DAY, kinds[0]).save()
    after = agrees()
    assert sum(after.values()) == sum(before.values()) + 1
