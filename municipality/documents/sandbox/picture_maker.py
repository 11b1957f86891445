"""Pictures for others, made from a photo that was cleaned: scaled down, with places hidden.

``public`` is for everybody, ``small`` for lists.  Both are JPEGs of pixels alone.
"""

import math
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

SMALL, PUBLIC = "small", "public"
SIDES = {SMALL: 480, PUBLIC: 1_600}  # pixels of the longest side, at most
QUALITIES = {SMALL: 80, PUBLIC: 90}
BLOCKS = 3  # along the longer side of a hidden box, at most
LEAST_SHARE = 1 / 50  # of the picture's longest side: no block is smaller
_LEVELS = 16  # steps of brightness that a block keeps
Box = Sequence[float]  # left, top, right, bottom, as fractions of the upright picture
Made = dict[str, int]


def bare(picture: Image.Image) -> Image.Image:
    """Return a picture that has the pixels of another and nothing else of it.

    Not by copying them, which costs as much as decoding: what holds the pixels knows neither
    file nor texts, and the new picture around it begins with none.
    """
    return Image.Image()._new(picture.im)


def _flat(picture: Image.Image) -> Image.Image:
    """Lay a picture that is clear somewhere on white; what its clear parts hid goes with it."""
    if picture.mode != "RGBA":
        return picture
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def _scaled(picture: Image.Image, longest: int) -> Image.Image:
    """Return the picture with its longest side that long; a smaller one is not blown up."""
    size = scaled_size(picture.size, longest)
    if size == picture.size:
        return picture
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def scaled_size(size: tuple[int, int], longest: int) -> tuple[int, int]:
    """Return width and height with the longer one at most ``longest``, in the same proportion."""
    share = min(1.0, longest / max(size))
    return max(1, round(size[0] * share)), max(1, round(size[1] * share))


def _span(start: float, end: float, whole: int, least: int) -> tuple[int, int]:
    """Return the pixels from ... to of a box along one side: never fewer than a block."""
    first, last = math.floor(start * whole), math.ceil(end * whole)
    if last - first < least:
        first = max(0, min((first + last - least) // 2, whole - least))
        last = min(whole, first + least)
    return first, last


def hide(picture: Image.Image, box: Box) -> None:
    """Make what is inside a box unreadable, for good.

    The box becomes a few big blocks, each of one colour: the mean of all it covers, in coarse
    steps.  A blur would not do: it mixes neighbours by a known rule and can be solved backwards,
    and a fine mosaic leaves enough to try out all numbers a plate may have and keep the one that
    gives the same blocks.  Here at most 3 × 3 blocks of 16 levels a channel remain, and of a
    plate, which is flat, three: a number's digits fall together into one mean.
    """
    least = max(1, math.ceil(max(picture.size) * LEAST_SHARE))
    left, right = _span(box[0], box[2], picture.width, least)
    top, bottom = _span(box[1], box[3], picture.height, least)
    wide, high = right - left, bottom - top
    side = max(max(wide, high) / BLOCKS, least)
    blocks = max(1, int(wide / side)), max(1, int(high / side))
    part = picture.crop((left, top, right, bottom))
    # A mean of everything below each block; NEAREST only repeats it.
    means = part.resize(blocks, Image.Resampling.BOX)
    step = 256 // _LEVELS
    coarse = means.point(lambda value: value // step * step + step // 2)
    picture.paste(coarse.resize((wide, high), Image.Resampling.NEAREST), (left, top))


def _written(picture: Image.Image, target: Path, purpose: str) -> Made:
    flat = picture if picture.mode in {"L", "RGB"} else picture.convert("RGB")
    bare(flat).save(target, "JPEG", quality=QUALITIES[purpose], subsampling=2, optimize=True)
    return {"width": picture.width, "height": picture.height}


def small_of(picture: Image.Image, target: Path) -> Made:
    """Write the small picture of a decoded photo that nobody has looked at yet."""
    return _written(_flat(_scaled(picture, SIDES[SMALL])), target, SMALL)


def made_of(picture: Image.Image, job: Path, boxes: Sequence[Box]) -> dict[str, Made]:
    """Write ``public.bin`` and ``small.bin`` with the boxes hidden in both.

    The small one is made of the other's pixels, so that the two together tell no more of a
    hidden place than one of them.
    """
    public = _flat(_scaled(picture, SIDES[PUBLIC])).copy()
    for box in boxes:
        hide(public, box)
    return {
        PUBLIC: _written(public, job / "public.bin", PUBLIC),
        SMALL: _written(_scaled(public, SIDES[SMALL]), job / "small.bin", SMALL),
    }
