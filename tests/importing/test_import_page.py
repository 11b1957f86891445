"""The administrator's page: the same engine, followed by a worker, with dry run and cancel."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from municipality.importing import batch as batches
from municipality.importing import engine
from municipality.importing.models import ImportBatch
from municipality.jobs.worker import Worker
from municipality.people.models import User
from municipality.sessions import own_session
from plots.models import Plot
from tests.importing.files import geopackage, imported, row_of_squares

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def admin(client: Client, settings: Any, tmp_path: Path) -> Client:
    """A signed-in administrator, and a place for files."""
    settings.MEDIA_ROOT = tmp_path / "media"
    user = User.objects.create(username="admin1", roles=["admin"])
    client.force_login(user)
    return client


def _send(admin: Client, data: bytes, name: str = "plots.gpkg", **values: str) -> str:
    file = SimpleUploadedFile(name, data)
    answer = admin.post("/en/imports/", {"kind": "plots", "file": file, **values})
    assert answer.status_code == 302
    return str(answer["Location"])


def _plots(folder: Path, **changed: Any) -> bytes:
    rows = row_of_squares(3)
    rows[0] |= changed
    return geopackage(folder, rows).read_bytes()


def test_dry_run_then_swap_from_the_same_file(admin: Client, tmp_path: Path) -> None:
    url = _send(admin, _plots(tmp_path, number=None), dry_run="1")
    assert admin.get(f"{url}status.json").json()["state"] == "queued"
    Worker().run(until_empty=True)
    status = admin.get(f"{url}status.json").json()
    assert (status["state"], status["done"], status["total"]) == ("done", 3, 3)
    assert not Plot.objects.exists()
    refused = admin.get(f"{url}refused.geojson").json()["features"]
    assert [f["properties"]["verdict"] for f in refused] == ["number_missing"]
    assert refused[0]["geometry"]["type"] == "Polygon"
    assert b"".join(admin.get(f"{url}refused.gpkg")).startswith(b"SQLite")
    assert admin.get(f"{url}report.json").json()["refused"] == 1
    assert admin.get(url).status_code == admin.get(url.replace("/en", "")).status_code == 200
    real = admin.post(f"{url}swap")["Location"]
    Worker().run(until_empty=True)
    assert admin.get(f"{real}status.json").json()["state"] == "done"
    assert Plot.objects.count() == 2 and ImportBatch.objects.count() == 2


def test_an_unreadable_file_is_one_sentence(admin: Client) -> None:
    url = _send(admin, b"%PDF-1.7", "plots.gpkg")
    Worker().run(until_empty=True)
    assert admin.get(f"{url}status.json").json()["state"] == "failed"
    assert b"This is a PDF file" in admin.get(url).content
    assert admin.post(f"{url}swap").status_code == 404


def test_a_cancelled_import_changes_nothing(
    admin: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = _send(admin, _plots(tmp_path))
    admin.post(f"{waiting}cancel")
    Worker().run(until_empty=True)
    assert ImportBatch.objects.get().state == "cancelled"
    running = _send(admin, _plots(tmp_path))
    begin = batches._begin

    def begin_and_cancel(public_id: str) -> Any:
        found = begin(public_id)
        admin.post(f"{running}cancel")
        return found

    monkeypatch.setattr(batches, "_begin", begin_and_cancel)
    Worker().run(until_empty=True)
    assert ImportBatch.objects.latest("pk").state == "cancelled" and not Plot.objects.exists()
    assert b"The import was stopped" in admin.get(running).content


def test_a_stop_in_the_middle_of_the_swap_is_heard_before_the_commit(
    admin: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = _send(admin, _plots(tmp_path))
    swap = engine._stage_and_swap

    def swapped_and_asked(*given: Any) -> Any:
        done = swap(*given)
        with closing(own_session()) as other, other.cursor() as cursor:
            cursor.execute("UPDATE importing_importbatch SET cancel_asked = true")
        return done

    monkeypatch.setattr(engine, "_stage_and_swap", swapped_and_asked)
    Worker().run(until_empty=True)
    assert ImportBatch.objects.get().state == "cancelled" and not Plot.objects.exists()
    assert "nothing changed" in admin.get(url).content.decode()


def test_the_page_says_what_would_change_and_what_is_kept(admin: Client, tmp_path: Path) -> None:
    imported(geopackage(tmp_path, row_of_squares(3, krooki_number="K7")))
    url = _send(admin, _plots(tmp_path, use_class="commercial"), dry_run="1")
    Worker().run(until_empty=True)
    page = admin.get(url).content.decode()
    assert "What would change" in page and "krooki_number" in page
    report = admin.get(f"{url}report.json").json()
    assert (report["changed"], report["unchanged"], report["renumbered"]) == (1, 2, 0)


def test_a_stop_that_waits_is_shown(admin: Client, tmp_path: Path) -> None:
    url = _send(admin, _plots(tmp_path))
    assert "Stop the import" in admin.get(url).content.decode()
    admin.post(f"{url}cancel")
    page = admin.get(url).content.decode()
    assert "It was asked to stop" in page and "Stop the import" not in page


def test_what_is_wrong_with_the_form_is_said_by_field(admin: Client) -> None:
    answer = admin.post("/en/imports/", {"kind": "layer", "theme": "../x", "source_crs": "1"})
    assert answer.status_code == 422
    assert set(answer.context["errors"]) == {"theme", "source_crs", "file"}
    mapping = SimpleUploadedFile("m.toml", b"[columns]\nnope = 'x'")
    answer = admin.post("/en/imports/", {"kind": "plots", "mapping": mapping})
    assert "nope" in answer.context["errors"]["mapping"]
    assert not ImportBatch.objects.exists()


def test_only_administrators_see_imports(client: Client) -> None:
    assert client.get("/imports/").status_code == 302
    client.force_login(User.objects.create(username="planner", roles=["planner"]))
    assert client.get("/imports/").status_code == 404
