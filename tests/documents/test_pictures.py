"""Pictures made of photos for others: scaled, bare, with places hidden for good, and let go of."""

import datetime as dt
import errno
import io
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from municipality.documents import files, intake, jobs, pictures, retention, store
from municipality.documents.file_gate import Unreadable
from municipality.documents.links import link_to
from municipality.documents.models import Picture, StoredFile
from municipality.documents.sandbox.picture_maker import BLOCKS, SIDES, hide, scaled_size
from municipality.problems import Problem
from tests.builders import a_person
from tests.documents.builders import AT, CITIZEN, a_file, a_pdf, a_photo, an_upload, as_application
from tests.documents.exif_written import block, position
from tests.documents.test_cleaning import likeness
from tests.documents.test_photos import groups_of, photos_of, tells_nothing, upright
from tests.documents.test_store import a_rule

CLERK = CITIZEN.__class__(9, "Salim", "registrar")
LATER = AT + dt.timedelta(hours=1)
PLATE = (0.25, 0.5, 0.5, 0.6)


def noise(size: tuple[int, int] = (1_600, 1_200), seed: int = 1) -> Image.Image:
    """A picture of which every 4 × 4 pixels are of a colour of their own."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (size[1] // 4, size[0] // 4, 3), dtype=np.uint8)
    return Image.fromarray(coarse.repeat(4, 0).repeat(4, 1))


def a_photo_of(picture: Image.Image, **saved: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=95, subsampling=0, **saved)
    return out.getvalue()


def a_stored_photo(data: bytes | None = None, **given: Any) -> StoredFile:
    told = {"by": CITIZEN, "at": AT, "about": "observation/1", **given}
    return intake.accept_photo(an_upload(data or a_photo(exif=block(position())), "x.jpg"), **told)


def made(file: StoredFile, hidden: Any = (), at: dt.datetime = LATER) -> dict[str, Picture]:
    return pictures.make_pictures(file, hidden=hidden, by=CLERK, at=at)


def seen(picture: Picture) -> Image.Image:
    with pictures.open_picture(picture) as source:
        shown = Image.open(io.BytesIO(source.read()))
        shown.load()
        return shown


# ---------------------------------------------------------------- hiding


def colours(picture: Image.Image, box: tuple[int, int, int, int]) -> int:
    return len(np.unique(np.asarray(picture.crop(box)).reshape(-1, 3), axis=0))


@pytest.mark.parametrize(
    "box", [PLATE, (0.0, 0.0, 1.0, 1.0), (0.9, 0.9, 1.0, 1.0), (0.1, 0.1, 0.13, 0.6)]
)
def test_of_a_hidden_box_a_few_blocks_remain_and_outside_nothing_changes(box) -> None:
    before, after = noise(), noise()
    hide(after, box)
    wide, high = before.size
    inside = (
        math.floor(box[0] * wide), math.floor(box[1] * high),
        math.ceil(box[2] * wide), math.ceil(box[3] * high),
    )  # fmt: skip
    assert colours(before, inside) > 500  # control
    assert colours(after, inside) <= BLOCKS * BLOCKS
    outside = np.ones((high, wide), bool)
    outside[inside[1] : inside[3], inside[0] : inside[2]] = False
    assert (np.asarray(before)[outside] == np.asarray(after)[outside]).all()


def test_a_box_smaller_than_a_block_hides_a_whole_block() -> None:
    after = noise()
    hide(after, (0.5, 0.5, 0.503, 0.503))
    assert colours(after, (800 - 12, 600 - 12, 800 + 12, 600 + 12)) == 1
    corner = noise()
    hide(corner, (0.999, 0.999, 1.0, 1.0))
    assert colours(corner, (1_600 - 32, 1_200 - 32, 1_600, 1_200)) == 1


def a_plate(number: str) -> Image.Image:
    """A street with a number plate, drawn by a font: the worst case, which can be drawn again."""
    from PIL import ImageDraw, ImageFont

    picture = Image.new("RGB", (1_600, 1_200), (120, 120, 120))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((400, 600, 800, 720), fill=(240, 200, 40))
    draw.text((420, 610), number, fill=(10, 10, 10), font=ImageFont.load_default(100))
    return picture


def fingerprint(number: str, blur: bool = False) -> bytes:
    from PIL import ImageFilter

    picture = a_plate(number)
    if blur:
        picture = picture.filter(ImageFilter.GaussianBlur(15))
    else:
        hide(picture, PLATE)
    return picture.crop((400, 600, 800, 720)).tobytes()


def test_sec_hidden_who_draws_all_numbers_again_cannot_tell_which_it_was() -> None:
    """A plate of one font on a flat ground, hidden, against 300 others drawn and hidden alike."""
    rng = np.random.default_rng(5)
    numbers = sorted({f"{n:05d}" for n in rng.integers(10_000, 99_999, 300)})
    hidden = {fingerprint(number) for number in numbers}
    assert len(hidden) <= len(numbers) / 10, len(hidden)
    blurred = {fingerprint(number, blur=True) for number in numbers[:40]}
    assert len(blurred) == 40  # control: a blur tells every number from every other


def test_the_copies_of_a_photo_hide_it_too_and_keep_the_rest() -> None:
    file = a_stored_photo(a_photo_of(noise()))
    open_, shut = made(file), None
    before = {purpose: seen(picture) for purpose, picture in open_.items()}
    shut = made(file, [PLATE])
    for purpose, picture in shut.items():
        after, wide, high = seen(picture), picture.width, picture.height
        # One pixel of margin: the JPEG's own grid of 16 mixes what lies on both sides of an edge.
        left, top, right, bottom = (
            round(s * t) for s, t in zip(PLATE, (wide, high) * 2, strict=True)
        )
        inside = np.asarray(after, float)[top + 2 : bottom - 2, left + 2 : right - 2]
        side = (right - left) / 3
        rows = inside[4:-4]
        for number in range(3):
            block_ = rows[:, int(side * number) + 10 : int(side * (number + 1)) - 10]
            assert block_.std(axis=(0, 1)).max() < 6, purpose  # one colour, but for JPEG noise
        assert np.asarray(before[purpose], float)[top:bottom, left:right].std() > 30  # control
        apart = np.ones((high, wide), bool)
        apart[max(0, top - 16) : bottom + 16, max(0, left - 16) : right + 16] = False
        change = np.abs(np.asarray(after, float) - np.asarray(before[purpose], float))[apart]
        assert change.mean() < 1, purpose


pytestmark = pytest.mark.django_db


# ---------------------------------------------------------------- boxes


WRONG = [
    ((math.nan, 0, 1, 1), "box_not_sound"), ((0, 0, math.inf, 1), "box_not_sound"),
    ((-0.1, 0, 1, 1), "box_not_sound"), ((0, 0, 1.01, 1), "box_not_sound"),
    ((0.5, 0, 0.4, 1), "box_not_sound"), ((0, 0.5, 1, 0.4), "box_not_sound"),
    ((0, 0, 1), "box_not_sound"), ((0, 0, 1, "x"), "box_not_sound"), (None, "box_not_sound"),
    ((0, 0, 10**400, 1), "box_not_sound"), ((0, 0, 0, 0), "box_too_small"),
    ((0.5, 0.5, 0.509, 1), "box_too_small"),
]  # fmt: skip


@pytest.mark.parametrize(("box", "code"), WRONG)
def test_a_box_that_is_none_is_refused_by_its_number(box: Any, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        pictures.boxes_of([PLATE, box], width=320, height=240)
    assert caught.value.code == code
    assert "2" in caught.value.words.ar and "2" in caught.value.words.en


def test_50_boxes_and_no_more() -> None:
    assert len(pictures.boxes_of([PLATE] * 50, width=320, height=240)) == 50
    with pytest.raises(Unreadable) as caught:
        pictures.boxes_of([PLATE] * 51, width=320, height=240)
    assert caught.value.code == "too_many_boxes"


SHARES = st.floats(0, 1)


@given(SHARES, SHARES, SHARES, SHARES, st.integers(1, 90), st.integers(1, 90))
def test_law_every_sound_box_can_be_hidden_in_every_picture(a, b, c, d, wide, high) -> None:
    picture = Image.new("RGB", (wide, high), "red")
    hide(picture, (min(a, c), min(b, d), max(a, c), max(b, d)))
    assert picture.size == (wide, high)


@given(st.integers(1, 70_000), st.integers(1, 70_000), st.sampled_from([480, 1_600]))
def test_law_no_picture_is_larger_than_its_purpose_or_blown_up(wide, high, longest) -> None:
    got = scaled_size((wide, high), longest)
    assert 1 <= max(got) <= max(1, min(longest, max(wide, high))) and min(got) >= 1


# ---------------------------------------------------------------- keeping


def test_a_photo_comes_in_with_what_it_says_and_its_small_picture() -> None:
    file = a_stored_photo(a_photo(size=(1_000, 800), exif=block(position())))
    row = StoredFile.objects.get(pk=file.pk)
    assert row.facts == file.facts and row.facts.lat == pytest.approx(23.5867611)
    assert (row.retention, row.keep_from) == ("photos", AT)
    small = Picture.objects.get(file=file)
    assert (small.purpose, small.width, small.height, small.hidden) == ("small", 480, 384, [])
    tells_nothing(store.open_kept(small.sha256).read())
    assert pictures.pictures_held([file], "small") == {file.pk: small}
    assert pictures.pictures_held([file], "public") == {}


def test_whole_degrees_come_back_from_the_row_as_they_went_in() -> None:
    whole = position(lat=((23, 1), (0, 1), (0, 1)), lon=((58, 1), (0, 1), (0, 1)))
    file = a_stored_photo(a_photo(exif=block(whole)))
    assert (StoredFile.objects.get(pk=file.pk).facts.lon, file.facts.lat) == (58.0, 23.0)


def test_of_a_paper_nobody_keeps_where_it_was_photographed() -> None:
    file = a_file(a_photo(exif=block(position())), name="id.jpg")
    assert StoredFile.objects.get(pk=file.pk).photo_facts is None
    assert not file.pictures.exists()


@pytest.mark.parametrize(
    "told",
    [
        {"lon": 58.0},
        {"lon": 58.0, "lat": 91.0},
        {"make": "SecretMaker"},
        {"lon": "NaN", "lat": "1"},
        [],
    ],
)
def test_the_database_itself_keeps_nothing_else_of_a_photo(told: Any) -> None:
    file = a_stored_photo()
    with pytest.raises(IntegrityError), transaction.atomic():
        StoredFile.objects.filter(pk=file.pk).update(photo_facts=told)
    StoredFile.objects.filter(pk=file.pk).update(photo_facts={"lon": 58.0, "lat": 23.0})  # control


def test_both_pictures_are_made_of_one_photo_upright_and_bare() -> None:
    from tests.documents.builders import exif

    file = a_stored_photo(a_photo(size=(2_400, 1_800), exif=exif(6)))
    got = made(file)
    assert {p: (x.width, x.height) for p, x in got.items()} == {
        "public": (1_200, 1_600), "small": (360, 480)
    }  # fmt: skip
    for picture in got.values():
        shown = seen(picture)
        assert shown.format == "JPEG" and shown.size == (picture.width, picture.height)
        tells_nothing(store.open_kept(picture.sha256).read())
        assert (picture.by_person_id, picture.at) == (9, LATER)


def test_a_small_photo_is_not_blown_up_and_a_png_is_laid_on_white() -> None:
    out, picture = io.BytesIO(), Image.new("RGBA", (300, 200), (0, 0, 200, 0))
    picture.save(out, "PNG")
    got = made(a_stored_photo(out.getvalue()))
    assert {(x.width, x.height) for x in got.values()} == {(300, 200)}
    assert min(seen(got["public"]).getpixel((5, 5))) > 250


@pytest.mark.real_data
def test_public_pictures_of_real_photos_look_like_them_and_tell_nothing(real_data: Path) -> None:
    """SSIM > 0.95 against the upright original scaled alike; bare by two tools, with the control."""
    originals, copies = [], []
    for path in photos_of(real_data):
        if "portrait" in path.name and path.name not in {"portrait_6.jpg", "portrait_7.jpg"}:
            continue
        data = path.read_bytes()
        got = made(a_stored_photo(data))
        shown, whole = seen(got["public"]), upright(data)
        assert max(shown.size) == min(SIDES["public"], max(whole.size))
        if "icc_profile" not in whole.info:  # brought to sRGB, others look otherwise as numbers
            alike = whole.convert("RGB").resize(shown.size, Image.Resampling.LANCZOS)
            assert likeness(alike, shown) > 0.95, path.name
        originals.append(data)
        copies += [store.open_kept(picture.sha256).read() for picture in got.values()]
    assert groups_of(*copies) == [set()] * len(copies)
    assert sum({"IFD0", "ExifIFD"} <= groups for groups in groups_of(*originals)) >= 15


def test_other_boxes_supersede_and_the_same_ones_make_nothing_new() -> None:
    file = a_stored_photo(a_photo(size=(800, 600)))
    first = made(file)
    again = made(file, at=LATER + dt.timedelta(hours=1))
    assert {x.pk for x in again.values()} == {x.pk for x in first.values()}
    second = made(file, [PLATE], at=LATER + dt.timedelta(hours=2))
    held = Picture.objects.filter(file=file, ended_at__isnull=True)
    assert {x.pk for x in held} == {x.pk for x in second.values()}
    assert all(x.hidden == [list(PLATE)] for x in held)
    ended = Picture.objects.get(pk=first["public"].pk)
    assert ended.ended_at == LATER + dt.timedelta(hours=2)
    with pytest.raises(FileNotFoundError):
        pictures.open_picture(ended)


def test_i6_the_sweep_keeps_just_the_pictures_that_hold() -> None:
    file = a_stored_photo(a_photo(size=(800, 600)))
    first, second = made(file), made(file, [PLATE], at=LATER + dt.timedelta(hours=2))
    later = timezone.now() + dt.timedelta(hours=2)
    # the intake's small picture is the same bytes as the first one or another: superseded too
    gone = {p.sha256 for p in Picture.objects.filter(ended_at__isnull=False)}
    found = files.sweep(at=later)
    assert (found.removed, found.without_file) == (len(gone), 0)
    kept = {kept.sha256 for kept in store.all_kept()}
    assert kept == {file.sha256, file.clean_sha256, *(x.sha256 for x in second.values())}
    assert not kept & {x.sha256 for x in first.values()}
    store.remove(second["public"].sha256)
    with pytest.raises(jobs.RowsWithoutFile):
        jobs.sweep()


def test_retention_takes_the_pictures_and_what_the_photo_said_with_the_photo() -> None:
    a_rule()
    file = a_stored_photo()
    got = made(file, [PLATE])
    gone = AT + dt.timedelta(days=31)
    assert retention.keep_rules(at=gone) == {"photos": 1}
    row = StoredFile.objects.get(pk=file.pk)
    assert (row.removed_at, row.photo_facts, row.facts.lon) == (gone, None, None)
    assert not Picture.objects.filter(ended_at__isnull=True).exists()
    files.sweep(at=timezone.now() + dt.timedelta(hours=2))
    assert list(store.all_kept()) == []
    assert pictures.pictures_held([row], "public") == {}
    with pytest.raises(Unreadable) as caught:
        made(row)
    assert caught.value.code == "photo_not_there"
    with pytest.raises(Unreadable):  # nor from a row that was read before
        made(file, [(0.1, 0.1, 0.9, 0.9)])
    assert got["public"].pk  # that it was made stays known
    with pytest.raises(IntegrityError), transaction.atomic():
        StoredFile.objects.filter(pk=file.pk).update(photo_facts={"lon": 58.0, "lat": 23.0})


@pytest.mark.parametrize("looks_again", [True, False])
def test_race_a_photo_forgotten_while_its_pictures_are_made_gets_none(
    monkeypatch, looks_again: bool
) -> None:
    a_rule()
    file, make = a_stored_photo(), pictures.pictures_of

    def slowly(*given: Any) -> Any:
        found = make(*given)
        assert retention.keep_rules(at=AT + dt.timedelta(days=31)) == {"photos": 1}
        return found

    monkeypatch.setattr(pictures, "pictures_of", slowly)
    if looks_again:
        with pytest.raises(Unreadable) as caught:
            made(file)
        assert caught.value.code == "photo_not_there"
    else:  # control: without asking again the pictures outlive their photo
        monkeypatch.setattr(StoredFile, "may_be_opened", True)
        made(file)
    left = Picture.objects.filter(ended_at__isnull=True).count()
    assert left == (0 if looks_again else 2)


def test_staff_have_the_original_of_a_webp_as_what_it_is(client) -> None:
    data = a_photo("WEBP", exif=block(position())[6:])
    file = a_stored_photo(data)
    until = timezone.now() + dt.timedelta(minutes=5)
    client.force_login(a_person("registrar"))
    response = client.get(link_to(file, None, until, "original"))
    assert response["Content-Type"] == "image/webp" and ".webp" in response["Content-Disposition"]
    assert b"".join(response.streaming_content) == data
    copy = b"".join(client.get(link_to(file, None, until)).streaming_content)
    tells_nothing(copy)


def test_no_picture_is_made_of_a_paper_or_of_what_waits_for_the_scanner() -> None:
    paper, waiting = a_file(a_pdf()), a_stored_photo()
    StoredFile.objects.filter(pk=waiting.pk).update(scan="unscanned")
    waiting.refresh_from_db()
    for file, code in ((paper, "no_photo"), (waiting, "photo_not_there")):
        with pytest.raises(Unreadable) as caught:
            made(file)
        assert caught.value.code == code
    assert pictures.pictures_held([waiting], "small") == {}
    lost = a_stored_photo(a_photo(size=(300, 300)))
    store.remove(lost.clean_sha256)
    with pytest.raises(Unreadable):
        made(lost)


def test_fault_a_full_disk_leaves_the_pictures_that_held(monkeypatch) -> None:
    file = a_stored_photo(a_photo(size=(800, 600)))
    first = made(file)

    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store.os, "fsync", full)
    with pytest.raises(Problem) as caught:
        made(file, [PLATE])
    assert (caught.value.status, caught.value.code) == (503, "not_stored")
    held = Picture.objects.filter(file=file, ended_at__isnull=True)
    assert {x.pk for x in held} == {x.pk for x in first.values()}


def test_the_database_keeps_one_picture_of_a_purpose_and_50_boxes() -> None:
    got = made(a_stored_photo())["public"]
    got.pk = None
    with pytest.raises(IntegrityError, match="one_picture_of_a_purpose"), transaction.atomic():
        got.save(force_insert=True)
    with pytest.raises(IntegrityError, match="hides_50"), transaction.atomic():
        Picture.objects.update(hidden=[list(PLATE)] * 51)


@pytest.mark.django_db(transaction=True)
def test_the_wall_shows_pictures_to_who_sees_the_photo() -> None:
    made(a_stored_photo())
    count = "SELECT count(*) FROM documents_picture WHERE ended_at IS NULL"
    people = (("none", ""), ("own", "8"), ("own", "7"), ("staff", "9"), ("system", ""))
    found = {who: as_application(count, *who)[0][0] for who in people}
    assert list(found.values()) == [0, 0, 2, 2, 2]
    change = "UPDATE documents_picture SET hidden = '[]' RETURNING 1"
    assert as_application(change, "staff", "9") == []
    assert len(as_application(change, "system")) == 3
    assert as_application("DELETE FROM documents_picture RETURNING 1", "system") == []
