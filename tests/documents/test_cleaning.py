"""People's papers and photos: checked in the sandbox, and copied without what gives people away."""

import io
import re
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image, ImageOps, PngImagePlugin

from municipality.documents import file_gate
from municipality.documents.cleaning import Cleaned, clean
from municipality.documents.file_gate import Unreadable
from municipality.documents.sandbox.photo_cleaner import MAX_PIXELS
from tests.documents.builders import a_pdf, a_photo, exif, pdf_with

SECRETS = (b"SecretMaker", b"SecretModel", b"Exif\x00", b"http://ns.adobe.com/xap", b"ICC_PROFILE",
           b"Photoshop 3.0", b"iCCP", b"eXIf", b"tEXt", b"iTXt", b"zTXt")  # fmt: skip
MARKERS = re.compile(rb"\xff[\xe1-\xef\xfe]")  # APP1-15 and comments, before the picture's data


def cleaned(data: bytes, **asked: object) -> Cleaned:
    return clean(io.BytesIO(data), **asked)  # type: ignore[arg-type]


def refusal(data: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        cleaned(data)
    assert caught.value.words.ar and caught.value.words.en and "{" not in caught.value.words.en
    return caught.value.code


def bare(copy: bytes) -> None:
    """Assert that nothing but a picture is in a file, by its bytes and by Pillow."""
    for secret in SECRETS:
        assert secret not in copy, secret
    if copy[:2] == b"\xff\xd8":
        assert not MARKERS.search(copy[: copy.index(b"\xff\xda")])
    picture = Image.open(io.BytesIO(copy))
    assert not picture.getexif() and "icc_profile" not in picture.info
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def likeness(one: Image.Image, other: Image.Image) -> float:
    """Mean structural similarity (SSIM, 8 × 8 windows) of two pictures as grey."""
    assert one.size == other.size
    a, b = (np.asarray(picture.convert("L"), dtype=float) for picture in (one, other))
    high, wide = (side // 8 * 8 for side in a.shape)

    def windows(grey: np.ndarray) -> np.ndarray:
        return grey[:high, :wide].reshape(high // 8, 8, wide // 8, 8).swapaxes(1, 2).reshape(-1, 64)

    a, b = windows(a), windows(b)
    mean_a, mean_b = a.mean(1), b.mean(1)
    both = ((a - mean_a[:, None]) * (b - mean_b[:, None])).mean(1)
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    found = ((2 * mean_a * mean_b + c1) * (2 * both + c2)) / (
        (mean_a**2 + mean_b**2 + c1) * (a.var(1) + b.var(1) + c2)
    )
    return float(found.mean())


def same_picture(data: bytes, copy: bytes) -> None:
    original = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    assert likeness(original, Image.open(io.BytesIO(copy))) > 0.95


@pytest.mark.parametrize("orientation", range(1, 9))
def test_sec_exif_a_photo_stands_upright_and_tells_nothing(orientation: int) -> None:
    data = a_photo(exif=exif(orientation), comment=b"at home")
    found = cleaned(data)
    bare(found.clean)
    same_picture(data, found.clean)
    assert b"at home" not in found.clean
    assert (found.width, found.height) == ((320, 240) if orientation < 5 else (240, 320))


def test_control_the_same_photo_before_it_is_cleaned_tells_all() -> None:
    with pytest.raises(AssertionError):
        bare(a_photo(exif=exif()))
    saved_again = io.BytesIO()
    picture = Image.open(io.BytesIO(a_photo(exif=exif())))
    picture.save(saved_again, "JPEG", exif=picture.info["exif"])
    with pytest.raises(AssertionError):
        bare(saved_again.getvalue())


def test_a_png_loses_its_texts_and_keeps_its_transparency() -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "SecretMaker")
    texts.add_itxt("XML:com.adobe.xmp", "<x>SecretModel</x>")
    out = io.BytesIO()
    picture = Image.open(io.BytesIO(a_photo("PNG"))).convert("RGBA")
    picture.putalpha(120)
    picture.save(out, "PNG", pnginfo=texts, exif=exif(), dpi=(72, 72))
    found = cleaned(out.getvalue())
    bare(found.clean)
    assert found.clean_kind == "png" and Image.open(io.BytesIO(found.clean)).mode == "RGBA"


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "I;16", "RGB"])
def test_every_kind_of_colour_comes_out_as_a_plain_picture(mode: str) -> None:
    out = io.BytesIO()
    picture = Image.open(io.BytesIO(a_photo("PNG")))
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(picture.convert("L"), dtype=np.uint16) * 256)
    else:
        picture = picture.convert(mode)
    picture.save(out, "JPEG" if mode == "CMYK" else "PNG")
    found = cleaned(out.getvalue())
    bare(found.clean)
    assert Image.open(io.BytesIO(found.clean)).mode in {"L", "RGB"}


def test_a_heic_becomes_a_jpeg() -> None:
    data = a_photo("HEIF", exif=exif())
    found = cleaned(data)
    assert (found.kind, found.clean_kind) == ("heic", "jpeg")
    bare(found.clean)


@pytest.mark.real_data
def test_sec_exif_real_photos_tell_nothing(real_data: Path) -> None:
    """guards.md threat 8: orientation right, SSIM > 0.95, nothing left of EXIF, GPS, profile."""
    folder = real_data / "photos"
    names = sorted(p for p in folder.rglob("*") if p.suffix.lower() in {".jpg", ".heic"})
    assert len(names) > 20
    phones = [path for path in names if path.suffix.lower() == ".heic"]
    for path in [*names[::3], *phones[:1]]:
        data = path.read_bytes()
        found = cleaned(data)
        bare(found.clean)
        if path.suffix.lower() == ".jpg":
            same_picture(data, found.clean)


def test_every_cut_of_a_photo_ends_in_one_sentence() -> None:
    data = a_photo(exif=exif())
    for part in (5, 30, 60, 90):
        assert refusal(data[: len(data) * part // 100]) == "photo_broken"


def test_a_bomb_of_pixels_is_refused_before_it_is_unpacked() -> None:
    side = int(MAX_PIXELS**0.5) + 200
    out = io.BytesIO()
    Image.new("1", (side, side)).save(out, "PNG")
    assert len(out.getvalue()) < 50_000
    assert refusal(out.getvalue()) == "photo_too_large"


def javascript(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def hidden_javascript(pdf: pikepdf.Pdf) -> None:
    act = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]))
    act.A = pdf.make_indirect(Dictionary(S=Name.JavaScript, JS=pdf.make_stream(b"x()")))
    pdf.pages[0].Annots = Array([act])


def launch(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.Launch, F=String("cmd.exe"))


def attachment(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["x.exe"] = b"MZ"


def xfa(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm = Dictionary(XFA=pdf.make_stream(b"<xdp/>"), Fields=Array([]))


@pytest.mark.parametrize(
    ("change", "code"),
    [(javascript, "pdf_script"), (hidden_javascript, "pdf_script"), (launch, "pdf_launch"),
     (attachment, "pdf_embedded"), (xfa, "pdf_xfa")],
)  # fmt: skip
def test_a_pdf_that_acts_or_hides_is_refused_by_name(change, code) -> None:
    assert refusal(pdf_with(change)) == code
    packed = pdf_with(change, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert refusal(packed) == code  # also where the object lies packed in a stream


def test_a_locked_pdf_is_refused() -> None:
    for user in ("", "secret"):
        locked = pdf_with(lambda pdf: None, encryption=pikepdf.Encryption(owner="o", user=user))
        assert refusal(locked) == "pdf_locked"


def test_500_pages_pass_and_501_do_not() -> None:
    assert cleaned(a_pdf(pages=500)).pages == 500
    assert refusal(a_pdf(pages=501)) == "pdf_pages"


def test_a_tree_of_pages_that_bites_its_tail_ends_in_a_sentence() -> None:
    data = pdf_with(lambda pdf: None, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    looped = re.sub(rb"/Kids \[[^]]*\]", b"/Kids [ 2 0 R ]", data)
    assert refusal(looped) in {"pdf_broken", "pdf_pages"}


def test_a_sound_pdf_is_copied_without_its_metadata() -> None:
    def sign(pdf: pikepdf.Pdf) -> None:
        pdf.docinfo["/Author"] = "SecretMaker"
        with pdf.open_metadata() as meta:
            meta["dc:creator"] = ["SecretModel"]

    data = pdf_with(sign)
    found = cleaned(data)
    assert b"Secret" in data and (found.kind, found.pages) == ("pdf", 1)
    copy = pikepdf.open(io.BytesIO(found.clean))
    assert "/Metadata" not in copy.Root and "/Author" not in copy.docinfo
    assert b"Secret" not in found.clean


OTHERS = {
    b"GIF89a": "GIF", b"PK\x03\x04": "ZIP", b"\xd0\xcf\x11\xe0": "Office", b"MZ\x90": "EXE",
    b"<svg xmlns='http://www.w3.org/2000/svg'>": "SVG", b"RIFF1234WEBP": "WebP", b"AC1032": "DWG",
    b"II*\x00": "TIFF", b"\x00\x00\x00\x20ftypisom": "MP4",
}  # fmt: skip


@pytest.mark.parametrize("start", OTHERS)
def test_what_is_not_accepted_is_named_with_what_is(start: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        cleaned(start + b" " * 100)
    assert caught.value.code == "paper_kind" and OTHERS[start] in caught.value.words.en
    assert "PDF, JPEG, PNG, HEIC" in caught.value.words.ar


def test_a_kind_that_this_door_does_not_take_is_named() -> None:
    with pytest.raises(Unreadable) as caught:
        cleaned(a_photo(), kinds=("pdf",))
    assert "JPEG" in caught.value.words.en and "PDF" in caught.value.words.en


@pytest.mark.parametrize("data", [b"", b"\x00" * 64, b"plain text", b"%PD", b"\xff\xd8"])
def test_what_is_no_paper_at_all_ends_in_a_sentence(data: bytes) -> None:
    assert refusal(data) in {"empty_file", "paper_kind_unknown"}


def test_a_polyglot_loses_its_other_half() -> None:
    found = cleaned(a_photo() + b"PK\x03\x04evil.exe<script>alert(1)</script>")
    assert b"script" not in found.clean and b"PK\x03\x04" not in found.clean


def test_the_reader_of_papers_is_shut_off_like_the_reader_of_rows() -> None:
    reached = cleaned(a_photo()).isolation
    assert reached["network"] == "none" and reached["privileges"] == "no_new"
    assert reached["threads"] == "one" and reached["user"] in {"other", "own"}
    assert cleaned(a_pdf()).isolation["threads"] == "one"
    assert cleaned(a_photo("HEIF")).isolation["threads"] == "one"


def test_the_reader_of_rows_loads_nothing_of_photos_and_papers() -> None:
    """Its start must stay as fast as it is."""
    import subprocess
    import sys

    listing = (
        f"import sys; sys.argv = ['x', '/tmp']; sys.path.insert(0, sys.argv.pop() and {str(file_gate._ROOT)!r}); "
        "import municipality.documents.sandbox.main; "
        "print([m for m in sys.modules if m in ('PIL', 'pikepdf', 'pillow_heif')])"
    )
    said = subprocess.run(
        [sys.executable, "-c", listing], capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "[]"
