"""Photos, made anew from their pixels: nothing else of the file comes through.

No EXIF, XMP, IPTC, position, thumbnail, colour profile or text is copied; the orientation is
applied and the colours are brought to sRGB first, so that the picture looks the same.
"""

import io
import warnings
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageFile, ImageOps

from municipality.documents.sandbox.kinds import NotAccepted

MAX_PIXELS = 60_000_000  # 180 MB as RGB, held three times
QUALITY = 90
_FORMATS = {"jpeg": "JPEG", "png": "PNG", "heic": "HEIF"}
_SRGB = ImageCms.createProfile("sRGB")


def warm_up(kind: str) -> None:
    """Load the decoders of one kind."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    Image.preinit()
    if kind == "heic":
        import pillow_heif

        pillow_heif.options.DECODE_THREADS = 1
        pillow_heif.register_heif_opener(thumbnails=False)


def _opened(source: Path, kind: str) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        picture = Image.open(source, formats=[_FORMATS[kind]])
        if picture.width * picture.height > MAX_PIXELS:
            raise Image.DecompressionBombError
        picture.load()
    return picture


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
    """Bring any mode to grey, RGB or RGBA of 8 bits a channel."""
    if picture.mode in {"I", "I;16", "I;16B", "I;16L", "F"}:
        scaled = picture.convert("I").point(lambda value: value / 256)
        return scaled.convert("L")
    if picture.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in picture.info:
        return picture.convert("RGBA")
    if picture.mode in {"1", "L"}:
        return picture.convert("L")
    return picture.convert("RGB")


def clean(source: Path, target: Path, *, kind: str) -> dict[str, Any]:
    """Write a photo of the same pixels: PNG for PNG, JPEG for JPEG and HEIC; raises NotAccepted."""
    try:
        picture = _opened(source, kind)
        turned = _eight_bits(_to_srgb(ImageOps.exif_transpose(picture)))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NotAccepted("photo_too_large", most=MAX_PIXELS // 1_000_000) from None
    except (OSError, ValueError, SyntaxError, EOFError, ZeroDivisionError, IndexError) as error:
        raise NotAccepted("photo_broken", reason=str(error)[:100]) from None
    fresh = Image.new(turned.mode, turned.size)  # so that nothing but the pixels is carried over
    fresh.paste(turned)
    if kind == "png":
        fresh.save(target, "PNG", optimize=False)
    else:
        flat = fresh if fresh.mode in {"L", "RGB"} else fresh.convert("RGB")
        flat.save(target, "JPEG", quality=QUALITY, subsampling=0)
    clean_kind = "png" if kind == "png" else "jpeg"
    return {"width": fresh.width, "height": fresh.height, "pages": 1, "clean_kind": clean_kind}
