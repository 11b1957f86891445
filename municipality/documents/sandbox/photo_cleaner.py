"""Photos, made anew from their pixels: nothing else of the file comes through.

No EXIF, XMP, IPTC, position, thumbnail, colour profile or text is copied; the orientation is
applied and the colours are brought to sRGB first, so that the picture looks the same.  What the
photo says of where and when it was taken is handed over beside the copy (``exif``).
"""

import importlib
import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageFile, ImageOps, JpegImagePlugin

from municipality.documents.sandbox import exif
from municipality.documents.sandbox.heif_boxes import is_cut_off
from municipality.documents.sandbox.kinds import NotAccepted
from municipality.documents.sandbox.picture_maker import SMALL, bare, scaled_size, small_of

MAX_PIXELS = 60_000_000  # 180 MB as RGB, held three times
QUALITY = 90
FULL_COLOUR, HALF_COLOUR = 0, 2  # 4:4:4 and 4:2:0
_FORMATS = {"jpeg": "JPEG", "png": "PNG", "heic": "HEIF", "webp": "WEBP"}
# Pillow would load these when it meets or writes them, which is behind the walls.
_PLUGINS = ("PngImagePlugin", "MpoImagePlugin", "TiffImagePlugin")
_SRGB = ImageCms.createProfile("sRGB")
_BROKEN = (
    OSError, ValueError, SyntaxError, EOFError, ZeroDivisionError, IndexError, struct.error,
)  # fmt: skip


def warm_up(kind: str) -> None:
    """Load the decoders of one kind."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    for name in _PLUGINS:
        importlib.import_module(f"PIL.{name}")
    Image._initialized = 2  # no other of Pillow's fifty formats is loaded
    if kind == "heic":
        import pillow_heif

        pillow_heif.options.DECODE_THREADS = 1
        pillow_heif.register_heif_opener(thumbnails=False)
    if kind == "webp":
        importlib.import_module("PIL.WebPImagePlugin")


def _webp_pixels(source: Path) -> int:
    """Return how many pixels the head of a WebP promises; 0 where it is no head.

    Its decoder takes memory for all of them before Pillow can ask.
    """
    with source.open("rb") as file:
        head = file.read(30).ljust(30, b"\0")
    form, told = head[12:16], head[20:30]
    if form == b"VP8X":
        return (int.from_bytes(told[4:7], "little") + 1) * (
            int.from_bytes(told[7:10], "little") + 1
        )
    if form == b"VP8L":
        bits = int.from_bytes(told[1:5], "little")
        return ((bits & 0x3FFF) + 1) * ((bits >> 14 & 0x3FFF) + 1)
    width, height = struct.unpack("<HH", told[6:10])
    return (width & 0x3FFF) * (height & 0x3FFF) if form == b"VP8 " else 0


def _opened(source: Path, kind: str, *, longest: int | None = None) -> Image.Image:
    """Decode a photo; of one that is wanted small, a JPEG's decoder need not write every pixel."""
    if kind == "webp" and _webp_pixels(source) > MAX_PIXELS:
        raise Image.DecompressionBombError
    if kind == "heic" and is_cut_off(source):
        raise ValueError("parts of it lie beyond its end")
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        picture = Image.open(source, formats=[_FORMATS[kind]])
        if picture.width * picture.height > MAX_PIXELS:
            raise Image.DecompressionBombError
        if longest is not None:
            picture.draft(None, scaled_size(picture.size, longest))
        picture.load()
    return picture


@contextmanager
def _named_faults() -> Iterator[None]:
    """Turn whatever the decoders raise into the refusal that names it."""
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NotAccepted("photo_too_large", most=MAX_PIXELS // 1_000_000) from None
    except _BROKEN as error:
        raise NotAccepted("photo_broken", reason=str(error)[:100]) from None


def opened_for(source: Path, kind: str, longest: int) -> Image.Image:
    """Decode a clean copy for pictures of that longest side (pixels); raises NotAccepted."""
    with _named_faults():
        return _eight_bits(_opened(source, kind, longest=longest))


def _to_srgb(picture: Image.Image) -> Image.Image:
    """Bring the colours to sRGB where the file has a profile; a broken profile is passed over."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in {"RGB", "RGBA", "CMYK", "L"}:
        return picture
    mode = "RGB" if picture.mode == "CMYK" else picture.mode
    if mode == "L":
        return picture
    try:
        held = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(picture, held, _SRGB, outputMode=mode) or picture
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Bring any mode to grey, RGB or RGBA of 8 bits a channel; what is that already stays."""
    if picture.mode in {"I", "I;16", "I;16B", "I;16L", "F"}:
        scaled = picture.convert("I").point(lambda value: value / 256)
        return scaled.convert("L")
    if picture.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in picture.info:
        return picture if picture.mode == "RGBA" else picture.convert("RGBA")
    if picture.mode in {"1", "L"}:
        return picture if picture.mode == "L" else picture.convert("L")
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def _is_clear_somewhere(picture: Image.Image) -> bool:
    return picture.mode == "RGBA" and picture.getchannel("A").getextrema()[0] != 255


def _colour_of(picture: Image.Image, kind: str) -> int:
    """Return how finely colours are written: as the photo held them, no finer.

    HEIC of phones and lossy WebP hold one colour for four pixels, as most JPEGs do.
    """
    if kind == "jpeg" and isinstance(picture, JpegImagePlugin.JpegImageFile):
        return HALF_COLOUR if JpegImagePlugin.get_sampling(picture) == HALF_COLOUR else FULL_COLOUR
    return HALF_COLOUR


def _upright(picture: Image.Image) -> Image.Image:
    """Turn a loaded photo upright and return its pixels alone, in sRGB."""
    ImageOps.exif_transpose(picture, in_place=True)
    return bare(_eight_bits(_to_srgb(picture)))


def clean(
    source: Path, target: Path, *, kind: str, pictures: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Write a photo of the same pixels, upright; raises NotAccepted.

    PNG for PNG and for a WebP that is clear somewhere, JPEG for all else.  Of the ``pictures``
    asked for, ``small`` is made of the same decoded pixels and written as ``small.bin`` beside
    the target.
    """
    with _named_faults():
        picture = _opened(source, kind)
        said = exif.said_by(picture.info.get("exif") or b"")
        colour = _colour_of(picture, kind)
        fresh = _upright(picture)
    clean_kind = (
        "png" if kind == "png" or (kind == "webp" and _is_clear_somewhere(fresh)) else "jpeg"
    )
    if clean_kind == "png":
        fresh.save(target, "PNG", optimize=False)
    else:
        flat = fresh if fresh.mode in {"L", "RGB"} else fresh.convert("RGB")
        flat.save(target, "JPEG", quality=QUALITY, subsampling=colour)
    made = {}
    if SMALL in pictures:
        made[SMALL] = small_of(fresh, target.with_name("small.bin"))
    return {
        "width": fresh.width, "height": fresh.height, "pages": 1, "clean_kind": clean_kind,
        "says": said, "pictures": made,
    }  # fmt: skip
