"""Taking in a person's file: size, kind, name, scan, and links that are over in minutes."""

import datetime as dt
import errno
import io
from collections.abc import Iterator

import pytest
from django.core import signing
from django.utils import timezone
from PIL import Image

from municipality.documents import clamd, files, intake, jobs, store
from municipality.documents.file_gate import Unreadable
from municipality.documents.links import SALT, link_to
from municipality.documents.models import StoredFile
from municipality.problems import Problem
from tests.builders import a_person
from tests.documents.builders import (
    AT,
    CITIZEN,
    EICAR,
    FakeClamd,
    a_file,
    a_pdf,
    a_photo,
    an_upload,
    as_application,
    exif,
)

pytestmark = pytest.mark.django_db
SOON = dt.timedelta(minutes=10)


@pytest.fixture
def scanner(settings) -> Iterator[FakeClamd]:
    """A scanner that answers."""
    peer = FakeClamd()
    settings.GEO_CLAMD_URL = peer.url
    yield peer
    peer.close()


def test_a_file_is_kept_once_with_its_clean_copy_beside_it() -> None:
    photo = a_photo(exif=exif())
    first, second = a_file(photo, name="بيتي.jpg"), a_file(photo)
    assert first.sha256 == second.sha256 and first.public_id != second.public_id
    assert len(list(store.all_kept())) == 2  # the original and the copy, each once
    assert store.digest_of(first.sha256) == first.sha256
    with store.open_kept(first.clean_sha256) as copy:
        assert not Image.open(io.BytesIO(copy.read())).getexif()
    assert (first.kind, first.width, first.height, first.name) == ("jpeg", 320, 240, "بيتي.jpg")
    assert [file.pk for file in files.files_about("case/42")] == [first.pk, second.pk]


def test_20_megabytes_pass_the_size_and_one_byte_more_does_not(monkeypatch) -> None:
    monkeypatch.setattr(intake, "MAX_BYTES", len(a_pdf()))
    a_file(a_pdf())
    with pytest.raises(Unreadable) as caught:
        a_file(a_pdf() + b"\n")
    assert caught.value.code == "paper_too_large" and "20" in caught.value.words.ar


def test_a_refused_file_leaves_nothing_behind() -> None:
    with pytest.raises(Unreadable):
        a_file(b"GIF89a" + b" " * 50)
    assert not StoredFile.objects.exists() and not list(store.all_kept())


NAMES = {
    "../../etc/passwd": "passwd",
    "C:\\fakepath\\خريطة الموقع.pdf": "خريطة الموقع.pdf",
    "plan\u202efdp.exe": "planfdp.exe",
    "a\x00b\r\nc\u200f.pdf": "abc.pdf",
    "": "file",
    "\u202e\u2066": "file",
    "  two   blanks .pdf ": "two blanks .pdf",
    "م" * 255 + ".pdf": "م" * 146 + ".pdf",
}


@pytest.mark.parametrize("given", NAMES)
def test_a_name_is_kept_without_folders_control_letters_and_marks(given: str) -> None:
    assert files.tidy_name(given) == NAMES[given]


@pytest.mark.parametrize(
    ("name", "kind", "saved"),
    [("plan.pdf", "pdf", "plan.pdf"), ("photo.jpg.exe", "jpeg", "photo.jpg.jpg"),
     ("بيتي.heic", "jpeg", "بيتي.jpg"), ("..", "png", "file.png"), ("x", "pdf", "x.pdf")],
)  # fmt: skip
def test_a_download_ends_in_what_it_is(name: str, kind: str, saved: str) -> None:
    assert files.download_name(StoredFile(name=name), kind) == saved


def test_the_scanner_finds_eicar_and_nothing_is_kept(scanner: FakeClamd) -> None:
    with pytest.raises(Unreadable) as caught:
        a_file(a_pdf() + EICAR)
    assert caught.value.code == "infected" and "Eicar" in caught.value.words.en
    assert scanner.seen == 1 and not StoredFile.objects.exists() and not list(store.all_kept())
    assert a_file().scan == "clean"


def test_control_without_a_scanner_the_same_file_is_taken(settings) -> None:
    settings.GEO_CLAMD_URL = ""
    assert a_file(a_pdf() + EICAR).scan == "off"


@pytest.mark.parametrize("how", ["silent", "nobody", "nonsense"])
def test_a_file_waits_where_the_scanner_does_not_answer(settings, monkeypatch, client, how) -> None:
    monkeypatch.setattr(clamd, "TIMEOUT_S", 0.3)
    peer = FakeClamd(silent=how == "silent", says=b"INSTREAM size limit exceeded. ERROR\0")
    settings.GEO_CLAMD_URL = peer.url
    if how == "nobody":
        peer.close()
        settings.GEO_CLAMD_URL = "tcp://127.0.0.1:9"
    file = a_file(a_pdf() + (EICAR if how == "nobody" else b""))
    assert file.scan == "unscanned" and not file.may_be_opened
    assert client.get(link_to(file, None, timezone.now() + SOON)).status_code == 404
    jobs.scan_waiting()
    file.refresh_from_db()
    assert file.scan == "unscanned"
    peer.close()
    well = FakeClamd()
    settings.GEO_CLAMD_URL = well.url
    jobs.scan_waiting()
    file.refresh_from_db()
    assert file.scan == ("infected" if how == "nobody" else "clean")
    opened = client.get(link_to(file, None, timezone.now() + SOON)).status_code
    assert opened == (404 if how == "nobody" else 200)
    well.close()


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def test_a_link_hands_the_clean_copy_over_as_an_attachment(client) -> None:
    photo = a_photo(exif=exif())
    file = a_file(photo, name="بيتي.jpg")
    response = client.get(link_to(file, None, timezone.now() + SOON))
    assert response.status_code == 200 and response["Content-Type"] == "image/jpeg"
    assert response["Content-Disposition"].startswith("attachment; filename")
    assert (
        response["X-Content-Type-Options"] == "nosniff" and response["Cache-Control"] == "no-store"
    )
    copy = body(response)
    assert copy != photo and not Image.open(io.BytesIO(copy)).getexif()


def test_a_link_is_for_one_person_and_is_over_when_it_says(client, monkeypatch) -> None:
    file, mine, other = a_file(), a_person("mine", "citizen"), a_person("other", "citizen")
    until = timezone.now() + SOON
    path = link_to(file, mine.pk, until)
    assert client.get(path).status_code == 404
    client.force_login(other)
    assert client.get(path).status_code == 404
    client.force_login(mine)
    assert client.get(path).status_code == 200
    from geo_portal.home import files_views

    monkeypatch.setattr(files_views.timezone, "now", lambda: until)
    assert client.get(path).status_code == 404


def test_an_altered_link_and_one_signed_for_something_else_lead_nowhere(client) -> None:
    file = a_file()
    path = link_to(file, None, timezone.now() + SOON)
    for number in range(len("/files/"), len(path)):
        letter = "A" if path[number] != "A" else "B"
        assert client.get(path[:number] + letter + path[number + 1 :]).status_code == 404
    told = {"f": file.public_id, "p": None, "u": 2**40, "c": "clean"}
    assert client.get(f"/files/{signing.dumps(told, salt='other')}").status_code == 404
    unknown = signing.dumps({**told, "f": "x" * 22}, salt=SALT)
    assert client.get(f"/files/{unknown}").status_code == 404


def test_the_original_is_for_staff_and_for_who_sent_it(client) -> None:
    photo = a_photo(exif=exif())
    sender, other, registrar = (
        a_person("sender", "citizen"), a_person("other", "office"), a_person("registrar")
    )  # fmt: skip
    file = a_file(photo, by=CITIZEN.__class__(sender.pk, "S", "citizen"))
    path = link_to(file, None, timezone.now() + SOON, "original")
    assert client.get(path).status_code == 404
    for person, status in ((other, 404), (sender, 200), (registrar, 200)):
        client.force_login(person)
        response = client.get(path)
        assert response.status_code == status
        if status == 200:
            assert body(response) == photo


def test_a_file_whose_bytes_are_gone_is_not_found_and_no_error(client) -> None:
    file = a_file()
    store.remove(file.clean_sha256)
    assert client.get(link_to(file, None, timezone.now() + SOON)).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_wall_shows_files_to_who_sent_them_and_to_staff() -> None:
    a_file()
    count = "SELECT count(*) FROM documents_storedfile"
    seen = {
        (reach, person): as_application(count, reach, person)[0][0]
        for reach, person in (("none", ""), ("own", "8"), ("own", ""), ("own", "7"), ("staff", "9"))
    }
    assert seen == {
        ("none", ""): 0,
        ("own", "8"): 0,
        ("own", ""): 0,
        ("own", "7"): 1,
        ("staff", "9"): 1,
    }
    assert as_application("DELETE FROM documents_storedfile RETURNING 1", "system") == []


def test_an_upload_that_changes_between_check_and_keeping_is_refused(monkeypatch) -> None:
    upload = an_upload(a_pdf())
    monkeypatch.setattr(upload, "chunks", lambda: iter([b"other bytes"]))
    with pytest.raises(Unreadable):
        intake.accept(upload, by=CITIZEN, at=AT)
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_fault_a_full_disk_leaves_no_row_and_says_so(monkeypatch, step: str) -> None:
    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store.os, step, full)
    with pytest.raises(Problem) as caught:
        a_file()
    assert (caught.value.status, caught.value.code) == (503, "not_stored")
    monkeypatch.undo()
    assert not StoredFile.objects.exists() and not list(store.all_kept())
    assert a_file().pk  # once there is room again
