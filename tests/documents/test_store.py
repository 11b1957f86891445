"""The content store on disk and in a bucket, its sweeper, and the times of keeping."""

import datetime as dt
import logging
import os
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import boto3
import hypothesis
import pytest
from django.db import close_old_connections, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer

from municipality.documents import files, intake, jobs, retention, store
from municipality.documents.models import RetentionClass, RetentionRule, StoredFile
from municipality.history.queries import entries
from tests.documents.builders import AT, CITIZEN, a_file, a_paper, a_pdf, an_upload

HOUR = dt.timedelta(hours=1)


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """An S3-compatible server in this process, over real HTTP on loopback."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield f"http://127.0.0.1:{server._server.server_port}"
    server.stop()


@pytest.fixture(params=["disk", "bucket"])
def place(request, settings) -> str:
    """Both kinds of store, one after the other."""
    if request.param == "bucket":
        server, bucket = request.getfixturevalue("s3"), f"files-{os.urandom(4).hex()}"
        client = boto3.client("s3", endpoint_url=server, region_name="us-east-1",
                              aws_access_key_id="test", aws_secret_access_key="t/est")  # fmt: skip
        client.create_bucket(Bucket=bucket)
        settings.GEO_BUCKET_URL = f"http://test:t%2Fest@{server.removeprefix('http://')}/{bucket}"
    return str(request.param)


def test_both_kinds_of_store_keep_one_law(place: str) -> None:
    @hypothesis.settings(max_examples=15)
    @given(st.binary(max_size=3_000))
    def law(data: bytes) -> None:
        sha256, size = store.keep([data[:7], data[7:]])
        assert (sha256, size) == (store.digest(data), len(data))
        assert store.keep([data]) == (sha256, size)  # again: the same, once
        with store.open_kept(sha256) as file:
            assert file.read() == data
        assert store.is_kept(sha256) and store.digest_of(sha256) == sha256
        written = store.written_at(sha256)
        assert written is not None and abs(timezone.now() - written) < HOUR

    law()
    names = [kept.sha256 for kept in store.all_kept()]
    assert len(names) == len(set(names)) > 3
    store.remove(names[0])
    store.remove(names[0])  # twice is as once
    assert not store.is_kept(names[0]) and store.written_at(names[0]) is None
    with pytest.raises(FileNotFoundError):
        store.open_kept(names[0])


def test_a_stream_that_breaks_leaves_nothing(place: str, settings) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise OSError("cut")

    with pytest.raises(OSError, match="cut"):
        store.keep(broken())
    assert not list(store.all_kept()) and not list(store._folder().glob("in-*"))


@pytest.mark.django_db
def test_a_file_is_taken_in_and_opened_from_either(place: str) -> None:
    file = a_file()
    assert store.digest_of(file.sha256) == file.sha256
    assert {kept.sha256 for kept in store.all_kept()} == {file.sha256, file.clean_sha256}


@pytest.mark.django_db
def test_i6_the_sweep_removes_old_orphans_and_nothing_that_is_named(place: str) -> None:
    file, paper = a_file(), a_paper(a_pdf("issued"))
    orphan, _ = store.keep([b"nobody's"])
    later = timezone.now() + 2 * HOUR
    young = files.sweep(at=timezone.now())
    assert (young.removed, young.without_file) == (0, 0) and store.is_kept(orphan)
    found = files.sweep(at=later)
    assert (found.removed, found.without_file, found.seen) == (1, 0, 4)
    assert not store.is_kept(orphan)
    assert all(store.is_kept(d) for d in (file.sha256, file.clean_sha256, paper.sha256))


@pytest.mark.django_db
def test_i6_a_file_of_an_import_is_nobodys_orphan(settings) -> None:
    from municipality.importing.models import ImportBatch

    sha256, size = store.keep([b"id,wkt\n"])
    ImportBatch.objects.create(
        kind="plots", file_name="x.csv", sha256=sha256, size=size, on=AT.date(), asked_at=AT
    )
    assert files.sweep(at=timezone.now() + 2 * HOUR).removed == 0
    settings.FILE_HOLDERS = ["municipality.documents.files.held_by_documents"]  # control
    assert files.sweep(at=timezone.now() + 2 * HOUR).removed == 1


@pytest.mark.django_db
def test_i6_a_row_whose_bytes_are_gone_is_reported() -> None:
    file = a_file()
    store.remove(file.sha256)
    assert files.sweep(at=timezone.now()).without_file == 1
    with pytest.raises(jobs.RowsWithoutFile):
        jobs.sweep()


def test_what_a_killed_process_left_half_written_goes(settings) -> None:
    store.keep([b"x"])
    half = store._folder() / "in-abc"
    half.write_bytes(b"half")
    assert store.clear_half_written(before=timezone.now() - HOUR) == 0
    assert store.clear_half_written(before=timezone.now() + HOUR) == 1 and not half.exists()


def race(monkeypatch) -> StoredFile:
    """The same bytes are sent again while the sweeper is about to remove them as an orphan."""
    data = a_pdf("raced")
    store.keep([data])
    about_to, saved = threading.Event(), threading.Event()
    remove, later = store.remove, timezone.now() + 2 * HOUR

    def slow_remove(sha256: str) -> None:
        about_to.set()
        saved.wait(2)
        remove(sha256)

    monkeypatch.setattr(store, "remove", slow_remove)
    monkeypatch.setattr(store, "written_at", lambda sha256: AT)
    monkeypatch.setattr(store, "clear_half_written", lambda before: 0)  # its clock is ahead

    def sweeps() -> None:
        files.sweep(at=later)
        close_old_connections()
        connection.close()

    sweeper = threading.Thread(target=sweeps)
    sweeper.start()
    about_to.wait(5)
    file = intake.accept(an_upload(data), by=CITIZEN, at=AT)
    saved.set()
    sweeper.join()
    return file


@pytest.mark.django_db(transaction=True)
def test_race_bytes_sent_again_while_they_are_swept_are_there_afterwards(monkeypatch) -> None:
    assert store.is_kept(race(monkeypatch).sha256)


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_the_row_loses_its_bytes(monkeypatch) -> None:
    monkeypatch.setattr(store, "lock", lambda sha256: None)
    assert not store.is_kept(race(monkeypatch).sha256)


def a_rule(code: str = "photos", days: int = 30) -> RetentionRule:
    return RetentionRule.objects.create(code=code, keep_days=days, source="قرار")


forgotten: list[tuple[dt.datetime, dt.datetime]] = []


def forget_plates(*, before: dt.datetime, at: dt.datetime) -> int:
    """What another app registers."""
    forgotten.append((before, at))
    return 3


@pytest.mark.django_db
def test_what_was_kept_long_enough_is_forgotten_and_told() -> None:
    a_rule()
    old, new = a_file(retention="photos"), a_file(retention="photos", at=AT + dt.timedelta(days=2))
    day_31 = AT + dt.timedelta(days=31)
    assert retention.keep_rules(at=day_31) == {"photos": 1}
    old.refresh_from_db()
    new.refresh_from_db()
    assert old.removed_at == day_31 and old.name == "" and old.sha256 and not old.may_be_opened
    assert new.removed_at is None
    assert [e.facts["files"] for e in entries("retention/photos")] == [1]
    assert retention.keep_rules(at=day_31) == {"photos": 0}  # again: nothing, and nothing told
    assert entries("retention/photos").count() == 1


@pytest.mark.django_db
def test_bytes_go_with_the_last_row_that_names_them() -> None:
    a_rule()
    a_file(retention="photos")
    other = a_file(retention="checks")
    later = timezone.now() + 2 * HOUR
    retention.keep_rules(at=AT + dt.timedelta(days=31))
    assert files.sweep(at=later).removed == 0 and store.is_kept(other.sha256)
    a_rule("checks", 10)
    retention.keep_rules(at=AT + dt.timedelta(days=31))
    assert files.sweep(at=later).removed == 2 and not list(store.all_kept())


@pytest.mark.django_db
def test_files_of_a_case_are_kept_from_its_end_on() -> None:
    a_rule("case_files", 365)
    file = a_file()
    in_ten_years = AT + dt.timedelta(days=3_650)
    assert retention.keep_rules(at=in_ten_years) == {"case_files": 0}  # the case still runs
    retention.subject_ended(about="case/42", at=in_ten_years)
    assert retention.keep_rules(at=in_ten_years + dt.timedelta(days=364)) == {"case_files": 0}
    retention.subject_reopened(about="case/42")
    assert retention.keep_rules(at=in_ten_years + dt.timedelta(days=400)) == {"case_files": 0}
    retention.subject_ended(about="case/42", at=in_ten_years)
    assert retention.keep_rules(at=in_ten_years + dt.timedelta(days=366)) == {"case_files": 1}
    file.refresh_from_db()
    assert file.removed_at is not None


@pytest.mark.django_db
def test_other_apps_forget_by_the_same_rule_and_one_fault_stops_no_other(settings) -> None:
    forgotten.clear()
    a_rule("plates", 7)
    a_rule("checks", 7)
    settings.RETENTION = {"plates": f"{__name__}.forget_plates", "checks": f"{__name__}.nothing"}
    with pytest.raises(retention.NotAllKept, match="checks"):
        retention.keep_rules(at=AT)
    assert forgotten == [(AT - dt.timedelta(days=7), AT)]
    assert [e.facts["rows"] for e in entries("retention/plates")] == [3]
    assert not entries("retention/checks").exists()


@pytest.mark.django_db
def test_an_upload_whose_transaction_is_taken_back_is_swept() -> None:
    with transaction.atomic():
        a_file()
        transaction.set_rollback(True)
    assert not StoredFile.objects.exists() and len(list(store.all_kept())) == 2
    assert files.sweep(at=timezone.now() + 2 * HOUR).removed == 2


@pytest.mark.django_db
def test_every_class_has_a_rule_among_the_facts_of_the_city() -> None:
    from geo_portal.city_facts import load_city_facts

    a_rule("plates", 11)  # what the municipality has entered stays
    load_city_facts()
    rules = dict(RetentionRule.objects.values_list("code", "keep_days"))
    assert set(rules) == set(RetentionClass.values) and rules["plates"] == 11
    assert all(rule.source for rule in RetentionRule.objects.all())


@pytest.mark.django_db
def test_another_database_on_the_same_disk_sees_and_sweeps_nothing_of_ours(
    place, monkeypatch
) -> None:
    """`make demo` and `make serve` share a folder; each would take the other's files for orphans."""
    file = a_file()
    with monkeypatch.context() as other:
        other.setattr(store, "connection", SimpleNamespace(settings_dict={"NAME": "another_city"}))
        other.setattr(store, "lock", lambda sha256: None)
        assert list(store.all_kept()) == [] and not store.is_kept(file.sha256)
        other.setattr(files, "held", lambda digests: set())
        assert files.sweep(at=timezone.now() + 2 * HOUR).removed == 0
    assert store.is_kept(file.sha256)
