"""Photos of every kind through the gate: real ones, turned ones, damaged ones, hostile ones."""

import datetime as dt
import io
import json
import random
import re
import struct
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from municipality.documents import file_gate
from municipality.documents.cleaning import PHOTO_KINDS, Cleaned, clean
from municipality.documents.file_gate import Unreadable
from municipality.documents.sandbox import heif_boxes, photo_cleaner
from municipality.documents.sandbox.kinds import NotAccepted
from tests.documents.builders import a_photo, exif
from tests.documents.exif_written import block, fractions, position, text
from tests.documents.test_cleaning import bare, likeness
from tests.effort import processor_s

MOST_S = 25.0
OURS = {"SourceFile", "ExifTool", "File", "System", "JFIF", "PNG", "Composite"}
VERDICTS = {
    "photo_broken", "photo_too_large", "paper_kind", "paper_kind_unknown", "too_large_to_read",
    "gate_limit",
}  # fmt: skip


def cleaned(data: bytes) -> Cleaned:
    return clean(io.BytesIO(data), kinds=PHOTO_KINDS, pictures=("small",))


def refusal(data: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        cleaned(data)
    return caught.value.code


def groups_of(*files: bytes) -> list[set[str]]:
    """Which groups of tags exiftool finds in each file, at any depth, but those of a bare picture."""
    with tempfile.TemporaryDirectory() as folder:
        names = [Path(folder) / f"{number:04}" for number in range(len(files))]
        for name, data in zip(names, files, strict=True):
            name.write_bytes(data)
        command = ["exiftool", "-j", "-G1", "-a", "-u", "-ee", *map(str, names)]
        told = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)
    assert len(told) == len(files)
    return [{name.partition(":")[0] for name in one} - OURS for one in told]


def tells_nothing(data: bytes) -> None:
    """Assert by bytes, by Pillow and by exiftool that a file is a picture and nothing else."""
    bare(data)
    assert groups_of(data) == [set()]


def upright(data: bytes) -> Image.Image:
    import pillow_heif

    pillow_heif.register_heif_opener()
    return ImageOps.exif_transpose(Image.open(io.BytesIO(data)))


# ---------------------------------------------------------------- WebP


@pytest.mark.parametrize("how", [{"quality": 90}, {"lossless": True}])
def test_a_webp_becomes_a_jpeg_and_says_where_it_was_taken(how: dict) -> None:
    data = a_photo("WEBP", exif=block(position())[6:], **how)
    found = cleaned(data)
    assert (found.kind, found.clean_kind, found.width, found.height) == ("webp", "jpeg", 320, 240)
    assert found.facts.lat == pytest.approx(23.5867611) and groups_of(data)[0]
    tells_nothing(found.clean)
    tells_nothing(found.pictures["small"].data)
    assert likeness(upright(data), Image.open(io.BytesIO(found.clean))) > 0.95


def test_a_webp_that_is_clear_somewhere_becomes_a_png_and_its_small_picture_a_jpeg_on_white() -> (
    None
):
    out, picture = io.BytesIO(), Image.new("RGBA", (800, 600), (200, 0, 0, 255))
    picture.paste((0, 0, 200, 0), (0, 0, 400, 600))
    picture.save(out, "WEBP", lossless=True, exact=True)
    found = cleaned(out.getvalue())
    copy = Image.open(io.BytesIO(found.clean))
    assert found.clean_kind == "png" and copy.getpixel((10, 10))[3] == 0
    small = Image.open(io.BytesIO(found.pictures["small"].data))
    assert small.format == "JPEG" and small.size == (480, 360)
    assert min(small.getpixel((10, 10))) > 250  # not the blue that was hidden below


def test_of_a_moving_webp_the_first_picture_is_taken() -> None:
    out = io.BytesIO()
    frames = [Image.new("RGB", (60, 40), (n * 3 % 256, 0, 0)) for n in range(80)]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    found = cleaned(out.getvalue())
    assert (found.clean_kind, found.width, found.height) == ("jpeg", 60, 40)


def test_papers_are_taken_as_before_and_a_webp_is_refused_there_by_name() -> None:
    with pytest.raises(Unreadable) as caught:
        clean(io.BytesIO(a_photo("WEBP")))
    assert caught.value.code == "paper_kind" and "WebP" in caught.value.words.ar
    assert refusal(b"RIFF\0\0\0\0WAVEfmt " + bytes(40)) == "paper_kind_unknown"


def webp_of(width: int, height: int, form: bytes) -> bytes:
    """The head of a WebP that promises so many pixels, in one of the three forms."""
    if form == b"VP8X":
        held = (
            bytes([16, 0, 0, 0])
            + struct.pack("<I", width - 1)[:3]
            + struct.pack("<I", height - 1)[:3]
        )
    elif form == b"VP8L":
        held = b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14)
    else:
        held = b"\x50\x00\x00\x9d\x01\x2a" + struct.pack("<HH", width, height)
    body = b"WEBP" + form + struct.pack("<I", len(held)) + held + bytes(300)
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize("form", [b"VP8X", b"VP8L", b"VP8 "])
def test_sec_bomb_a_head_that_promises_too_many_pixels_is_refused_by_name(form: bytes) -> None:
    begun = processor_s()
    assert refusal(webp_of(16_383, 16_383, form)) == "photo_too_large"
    assert processor_s() - begun < 5
    assert refusal(webp_of(300, 300, form)) == "photo_broken"  # control: the head alone


def test_sec_bomb_a_jpeg_of_65500_by_65500_is_refused_by_name() -> None:
    data = bytearray(a_photo(exif=block(position())))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack("!HH", 65_500, 65_500)
    begun = processor_s()
    assert refusal(bytes(data)) == "photo_too_large"
    assert processor_s() - begun < 5


# ---------------------------------------------------------------- what it says


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_every_kind_of_file_is_asked_where_it_was_taken(kind: str) -> None:
    facts = cleaned(a_photo(kind, exif=block(position(error=fractions((5, 1)))))).facts
    assert facts.lon == pytest.approx(58.4019444) and facts.error_m == 5.0


def test_a_paper_and_a_photo_without_a_word_say_nothing() -> None:
    from tests.documents.builders import a_pdf

    assert clean(io.BytesIO(a_pdf())).facts.as_json() is None
    assert cleaned(a_photo()).facts.as_json() is None


def test_sec_scripts_in_exif_come_nowhere_near_the_copies() -> None:
    script = "<script>alert(1)</script>"
    top = {tag: text(script) for tag in (0x010E, 0x010F, 0x0110, 0x0131, 0x013B, 0x8298)}
    gps = position(refs=(script, "E"), day=text(script), status=text(script))
    data = a_photo(
        exif=block(gps, {0x9003: text(script), 0x9286: text(script)}, top), comment=b"<script>"
    )
    assert data.count(b"<script>") > 5
    found = cleaned(data)
    assert found.facts.as_json() is None
    for copy in (found.clean, found.pictures["small"].data):
        assert b"script" not in copy
        tells_nothing(copy)


DMS = re.compile(r"GPS (Latitude|Longitude) = (-?)(\d+)° (\d+)' ([\d.]+)\"")


def expected(path: Path) -> tuple[tuple[float, float] | None, str | None]:
    """Position (lon, lat) and time as another library read them (its list of every tag)."""
    told = path.read_text(encoding="utf-8", errors="replace")
    read = {
        name: (-1 if sign else 1) * (int(whole) + int(minutes) / 60 + float(seconds) / 3600)
        for name, sign, whole, minutes, seconds in DMS.findall(told)
    }
    place = (read["Longitude"], read["Latitude"]) if read else None
    taken = re.search(r"Date/Time Original = (\d{4}):(\d\d):(\d\d) ([\d:]{8})", told)
    return place if place != (0, 0) else None, "{}-{}-{}T{}".format(
        *taken.groups()
    ) if taken else None


@pytest.mark.real_data
def test_real_photos_say_what_other_readers_read(real_data: Path) -> None:
    """Every file; positions to 0.02 seconds of arc (60 cm), as the lists round them."""
    folder, placed = real_data / "photos", 0
    for told in sorted((folder / "expected").glob("*.txt")):
        facts = cleaned((folder / told.stem).read_bytes()).facts
        place, taken = expected(told)
        found = (facts.lon, facts.lat) if facts.lon is not None else None
        assert found == (place and pytest.approx(place, abs=0.02 / 3600)), told.stem
        when = facts.taken_at and facts.taken_at.replace(tzinfo=None).isoformat()
        assert when == taken, told.stem
        placed += place is not None
    assert placed == 12
    error = cleaned((folder / "IMG_1034.heic").read_bytes()).facts
    assert (error.error_m, error.fixed_at) == (
        65.0,
        dt.datetime(2018, 2, 5, 7, 11, 43, tzinfo=dt.UTC),
    )


# ---------------------------------------------------------------- copies


def photos_of(real_data: Path) -> list[Path]:
    """The 23 real photos, those of the eight orientations among them."""
    kinds = {".jpg", ".heic"}
    found = [p for p in (real_data / "photos").rglob("*") if p.suffix.lower() in kinds]
    assert len(found) == 23
    return sorted(found)


@pytest.mark.real_data
def test_sec_exif_copies_of_real_photos_tell_nothing_and_look_the_same(real_data: Path) -> None:
    """guards.md threat 8, by two tools, with the control that the originals do tell."""
    originals, copies = [], []
    for path in photos_of(real_data):
        data = path.read_bytes()
        found = cleaned(data)
        small = Image.open(io.BytesIO(found.pictures["small"].data))
        originals.append(data)
        copies += [found.clean, found.pictures["small"].data]
        whole = upright(data)
        assert whole.size == (found.width, found.height), path.name
        if path.suffix.lower() == ".jpg" and "icc_profile" not in whole.info:
            half = Image.open(io.BytesIO(found.clean)), whole.convert("RGB")
            if max(whole.size) > 2_000:  # of many pixels, a quarter; the picture is the same
                half = tuple(one.resize((one.width // 2, one.height // 2)) for one in half)
            assert likeness(*half) > 0.95, path.name
            alike = whole.convert("RGB").resize(small.size, Image.Resampling.LANCZOS)
            assert likeness(alike, small) > 0.9, path.name
    for copy in copies:
        bare(copy)
    assert groups_of(*copies) == [set()] * len(copies)
    telling = {"IFD0", "GPS", "ICC_Profile", "ExifIFD", "IFD1"}
    assert sum(bool(telling & groups) for groups in groups_of(*originals)) >= 20  # control


@pytest.mark.real_data
def test_the_eight_ways_of_holding_a_camera_come_out_the_same_way_up(real_data: Path) -> None:
    shown = []
    for number in range(1, 9):
        found = cleaned((real_data / "photos/orientation" / f"portrait_{number}.jpg").read_bytes())
        assert (found.width, found.height) == (450, 600)
        shown.append(Image.open(io.BytesIO(found.clean)).resize((90, 120)))
    assert min(likeness(shown[0], other) for other in shown) > 0.95
    turned = shown[0].transpose(Image.Transpose.ROTATE_180)  # control
    assert likeness(shown[0], turned) < 0.6


def test_a_photo_keeps_its_colours_as_finely_as_it_held_them() -> None:
    """Red dots on blue: of a 4:4:4 original they stay dots, a 4:2:0 one had lost them already."""
    dots = np.zeros((240, 320, 3), np.uint8)
    dots[..., 2] = 200
    dots[::2, ::2] = (200, 0, 0)
    for sampling in (0, 2):
        out = io.BytesIO()
        Image.fromarray(dots).save(out, "JPEG", quality=95, subsampling=sampling)
        copy = np.asarray(Image.open(io.BytesIO(cleaned(out.getvalue()).clean)), float)
        spread = float(copy[..., 0].std())
        assert (spread > 60) == (sampling == 0), (sampling, spread)


def mutants(data: bytes, seed: int) -> list[bytes]:
    """Ten damaged copies: cut at four places, the head hit three times, all of it three times."""
    rng, found = random.Random(seed), []
    for part in (0.02, 0.3, 0.7, 0.99):
        found.append(data[: int(len(data) * part)])
    for reach in (400, 4_000, 12_000, len(data), len(data), len(data)):
        broken = bytearray(data)
        for _ in range(rng.choice([1, 8, 60])):
            broken[rng.randrange(min(reach, len(data)))] = rng.randrange(256)
        found.append(bytes(broken))
    return found


def verdict_on(data: bytes) -> str:
    begun = processor_s()
    try:
        found = cleaned(data)
        bare(found.clean)
        bare(found.pictures["small"].data)
        assert len(found.clean) < file_gate.GateLimits().output_bytes
        code = "taken"
    except Unreadable as refused:
        code = refused.code
        assert refused.words.ar and refused.words.en and "{" not in refused.words.en
    assert processor_s() - begun < MOST_S
    return code


@pytest.mark.real_data
@pytest.mark.parametrize("part", range(4))
def test_sec_upload_damaged_photos_end_in_a_named_verdict_or_a_sound_copy(
    real_data: Path, part: int
) -> None:
    found = set()
    for number, path in enumerate(photos_of(real_data)):
        if number % 4 == part:
            for data in mutants(path.read_bytes(), seed=number):
                found.add(verdict := verdict_on(data))
                assert verdict in VERDICTS | {"taken"}, path.name
    assert {"taken", "photo_broken"} <= found


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["IMG_1034.heic", "IMG_2927.HEIC", "exif-at-eof.heic"])
def test_a_heic_that_was_cut_off_is_refused_wherever_it_ends(
    real_data: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The decoder alone paints what is missing green: the control without the look at its table."""
    import pillow_heif

    data = (real_data / "photos" / name).read_bytes()
    for part in (0.005, 0.05, 0.3, 0.7, 0.99):
        assert refusal(data[: int(len(data) * part)]) == "photo_broken"
    assert cleaned(data).clean
    with tempfile.TemporaryDirectory() as folder:
        cut, copy = Path(folder) / "in", Path(folder) / "out"
        cut.write_bytes(data[: len(data) // 2])
        pillow_heif.register_heif_opener(thumbnails=False)
        with pytest.raises(NotAccepted):
            photo_cleaner.clean(cut, copy, kind="heic")
        if name == "exif-at-eof.heic":
            return  # what lies behind the pixels was cut off too: the decoder misses that
        monkeypatch.setattr(photo_cleaner, "is_cut_off", lambda source: False)
        photo_cleaner.clean(cut, copy, kind="heic")
        red, green, _ = np.asarray(Image.open(copy))[-40:, -40:].reshape(-1, 3).T
        assert red.max() < 10 and green.min() > 100


def iloc(version: int, *extents: tuple[int, int], method: int = 0, elsewhere: int = 0) -> bytes:
    """A table of places in one of its three versions; one item an extent."""
    wide = "I" if version == 2 else "H"
    data = struct.pack(f">IH{wide}", version << 24, 0x4400, len(extents))
    for number, (offset, length) in enumerate(extents):
        data += struct.pack(f">{wide}", number)
        data += struct.pack(">H", method) if version else b""
        data += struct.pack(">HHII", elsewhere, 1, offset, length)
    return struct.pack(">I4s", 8 + len(data), b"iloc") + data


@pytest.mark.parametrize("version", [0, 1, 2])
def test_parts_beyond_the_end_are_told_in_each_form_of_the_table(
    tmp_path: Path, version: int
) -> None:
    def told(table: bytes, behind: int = 1_000) -> bool:
        path = tmp_path / "one"
        meta = struct.pack(">I4sI", 12 + len(table), b"meta", 0) + table
        head = struct.pack(">I4s4sI", 16, b"ftyp", b"heic", 0)
        path.write_bytes((head + meta).ljust(behind, b"\0"))
        return heif_boxes.is_cut_off(path)

    assert not told(iloc(version, (0, 10), (990, 10)))
    assert told(iloc(version, (0, 10), (990, 11)))
    if version:  # in the table itself
        assert not told(iloc(version, (0, 5_000), method=1))
    assert not told(iloc(version, (0, 5_000), elsewhere=1))  # in another file
    assert not told(iloc(version, (0, 5_000))[:-3])  # no table: the decoder refuses it


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_sec_upload_damaged_photos_of_the_other_kinds_too(kind: str) -> None:
    data = a_photo(kind, exif=block(position()))
    found = {verdict_on(one) for seed in range(2) for one in mutants(data, seed)}
    assert found <= VERDICTS | {"taken"} and "photo_broken" in found


# ---------------------------------------------------------------- the child is not trusted


@pytest.mark.parametrize("trap", ["link", "pipe", "nothing", "folder"])
def test_what_is_no_file_of_the_child_is_not_read(trap: str, tmp_path: Path) -> None:
    import os

    (tmp_path / "secret").write_bytes(b"a secret")
    job = tmp_path / "job"
    job.mkdir()
    if trap == "link":
        (job / "out.bin").symlink_to(tmp_path / "secret")
    elif trap == "pipe":
        os.mkfifo(job / "out.bin")
    elif trap == "folder":
        (job / "out.bin").mkdir()
    answer = file_gate.Answer({}, job, "", 0, 0.0)
    with pytest.raises(Unreadable) as caught:
        file_gate.written(answer, "out.bin")
    assert caught.value.code == "gate_crashed"
    if trap == "folder":
        (job / "out.bin").rmdir()
        (job / "out.bin").write_bytes(b"a copy")  # control
        assert file_gate.written(answer, "out.bin") == b"a copy"


def test_the_old_photo_of_a_phone_still_passes() -> None:
    assert cleaned(a_photo(exif=exif(6))).facts.lat == pytest.approx(23.5866667)


def test_a_table_of_places_that_writes_nothing_is_read_at_once(tmp_path: Path) -> None:
    """65,535 items of 65,535 parts each, of no octets at all: they are all the same part."""
    items = b"".join(struct.pack(">HHHH", n, 0, 0, 0xFFFF) for n in range(0xFFFF))
    table = b"\1\0\0\0" + b"\0\0" + struct.pack(">H", 0xFFFF) + items
    iloc = struct.pack(">I4s", 8 + len(table), b"iloc") + table
    meta = struct.pack(">I4s", 12 + len(iloc), b"meta") + bytes(4) + iloc
    path = tmp_path / "a.heic"
    path.write_bytes(struct.pack(">I4s4sI", 16, b"ftyp", b"heic", 0) + meta)
    begun = processor_s()
    assert not heif_boxes.is_cut_off(path)
    assert processor_s() - begun < 5
