"""A page as it is seen: its visible box, the way it is turned, and places on it.

``u`` goes right and ``v`` up from the lower left corner as seen; user space is what the file
counts in.  ``/Rotate`` turns the page clockwise (ISO 32000-1 table 30), so what is to stand
upright is turned the other way.
"""

from dataclasses import dataclass, replace

Box = tuple[float, float, float, float]
Matrix = tuple[float, float, float, float, float, float]
POINTS_PER_MM = 72 / 25.4


def turned(width: float, height: float, turn: int) -> Matrix:
    """Return what turns a drawing of this size so that it is upright on a page of this turn.

    The turned drawing begins at 0, 0 again.
    """
    return {
        0: (1, 0, 0, 1, 0, 0),
        90: (0, 1, -1, 0, height, 0),
        180: (-1, 0, 0, -1, width, height),
        270: (0, -1, 1, 0, 0, width),
    }[turn]


@dataclass(frozen=True, slots=True)
class Frame:
    """The visible box of a page in user space, and its turn: 0, 90, 180 or 270 degrees.

    ``unit`` is the size of one unit of user space in points (``/UserUnit``).
    """

    box: Box
    turn: int
    unit: float = 1.0

    @property
    def width(self) -> float:
        """Width as seen, in units of user space."""
        x0, y0, x1, y1 = self.box
        return x1 - x0 if self.turn in (0, 180) else y1 - y0

    @property
    def height(self) -> float:
        """Height as seen, in units of user space."""
        x0, y0, x1, y1 = self.box
        return y1 - y0 if self.turn in (0, 180) else x1 - x0

    def of_mm(self, millimetres: float) -> float:
        """Turn millimetres on paper into units of user space."""
        return millimetres * POINTS_PER_MM / self.unit

    def in_mm(self, units: float) -> float:
        """Turn units of user space into millimetres on paper."""
        return units * self.unit / POINTS_PER_MM

    def place(self, u: float, v: float, width: float, height: float) -> Box:
        """Return in user space a rectangle given as seen, by its lower left corner and size."""
        x0, y0, x1, y1 = self.box
        if self.turn == 90:
            return (x1 - v - height, y0 + u, x1 - v, y0 + u + width)
        if self.turn == 180:
            return (x1 - u - width, y1 - v - height, x1 - u, y1 - v)
        if self.turn == 270:
            return (x0 + v, y1 - u - width, x0 + v + height, y1 - u)
        return (x0 + u, y0 + v, x0 + u + width, y0 + v + height)

    def grown_below(self, by: float) -> "Frame":
        """Return the frame with a band put to what is seen as its lower edge."""
        return self._around(0, -by, self.height + by)

    def grown_above(self, by: float) -> "Frame":
        """Return the frame with a band put to what is seen as its upper edge."""
        return self._around(0, 0, self.height + by)

    def _around(self, u: float, v: float, height: float) -> "Frame":
        return replace(self, box=self.place(u, v, self.width, height))
