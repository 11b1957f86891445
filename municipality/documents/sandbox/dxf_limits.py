"""How much of a drawing is read; shared by the portal and the reader, so it loads no library."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DrawingLimits:
    """Where a drawing is refused whole: a site plan has some hundred objects, not a million."""

    file_bytes: int = 100 << 20
    objects: int = 1_000_000  # with every block counted at every place it is inserted
    vertices: int = 10_000_000  # after curves were flattened
    layers: int = 10_000
    block_depth: int = 32
