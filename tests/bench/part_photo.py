"""What a photo of a report costs at the gate: processor time, beside the bare work on its pixels.

One JPEG of 12 megapixels and about 3 MB, held upright (orientation 6), as a phone sends it.  Ours
is the whole of ``clean``: the child, its walls, decoding, turning, the clean copy, the small
picture, hashing.  The bare one decodes, turns and writes the copy in this process.  Processor
time, of this process and its children, because others may be at work on the machine; the database
and the store are left out.  Goal of the intake: 120 reports a minute on two cores, so that one
photo may take a second of processor at most.
"""

import io
import resource
import statistics
import time
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageOps

from municipality.documents.cleaning import PHOTO_KINDS, clean
from tests.documents.exif_written import SHORT, block, position

ROUNDS = 9
MOST_S = 1.0


def a_phone_photo() -> bytes:
    """A picture of gradients, patches and grain, 4,000 × 3,000; seed 1."""
    rng, (wide, high) = np.random.default_rng(1), (4_000, 3_000)
    down, across = np.mgrid[0:high, 0:wide].astype(np.float32)
    waves = 30 * np.sin(across / 40) * np.cos(down / 55)
    light = [across / wide * 180 + 30, down / high * 160 + 40, (across + down) / 7_000 * 200 + 20]
    patches = rng.normal(0, 10, (high // 4, wide // 4, 3)).astype(np.float32)
    grain = rng.normal(0, 3, (high, wide, 3)).astype(np.float32)
    pixels = np.stack(light, -1) + waves[..., None] + patches.repeat(4, 0).repeat(4, 1) + grain
    out = io.BytesIO()
    turned = block(position(), top={0x0112: (SHORT, 1, b"\6\0")})
    picture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    picture.save(out, "JPEG", quality=90, subsampling=2, exif=turned)
    return out.getvalue()


def _bare(data: bytes) -> None:
    picture = Image.open(io.BytesIO(data))
    ImageOps.exif_transpose(picture, in_place=True)
    picture.save(io.BytesIO(), "JPEG", quality=90, subsampling=2)


def _ours(data: bytes) -> None:
    clean(io.BytesIO(data), kinds=PHOTO_KINDS, pictures=("small",))


def _spent() -> float:
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)


def _timed(act: Callable[[bytes], None], data: bytes) -> tuple[float, float]:
    """Return seconds of processor and of the clock."""
    begun, spent = time.perf_counter(), _spent()
    act(data)
    return _spent() - spent, time.perf_counter() - begun


def run() -> None:
    """Time both, turn about, and print the medians."""
    data = a_phone_photo()
    _ours(data), _bare(data)
    rounds = [(_timed(_ours, data), _timed(_bare, data)) for _ in range(ROUNDS)]
    ours, bare = ([one[n] for one in rounds] for n in (0, 1))
    print(f"  a photo of {len(data) / 1e6:.1f} MB, {ROUNDS} rounds")
    for name, found in (("through the gate", ours), ("its pixels alone", bare)):
        spent, took = (statistics.median(column) for column in zip(*found, strict=True))
        low, high = min(f[0] for f in found), max(f[0] for f in found)
        print(
            f"  {name}: {spent:.3f} s of processor ({low:.3f} to {high:.3f}), {took:.3f} s by clock"
        )
    reached = statistics.median(spent for spent, _ in ours)
    print(f"  goal: at most {MOST_S} s of processor: {'kept' if reached <= MOST_S else 'missed'}")
