"""Every tolerance of the zone editor, in metres or m2, with its source."""

from municipality.importing.tolerances import COORDINATE_NOISE_M, COVERAGE_GAP_M, TINY_M2

NOISE_M = COORDINATE_NOISE_M  # nearer, two vertices are one, and an edge runs through the vertex
GAP_M = COVERAGE_GAP_M  # a strip between zones narrower than this is nobody's intention
SNAP_M = COVERAGE_GAP_M  # what is drawn this near to a neighbour is drawn on it: else such a strip
PICK_M = 0.05  # a vertex or edge is named by its position to 9 decimals (0.1 mm); none lie closer
LEAST_PART_M2 = 12.5  # one bay of 2.5 m by 5 m; a part of a zone with less ground holds no car
LEAST_WIDTH_M = 1.0  # mean width (2 x area / perimeter); a car is wider
MOST_VERTICES = 10_000  # guards.md threat 13: of one edit, and of one zone
MOST_OPERATIONS = 500  # a day's work of one person by hand; some 10 ms each on one processor

__all__ = [
    "GAP_M", "LEAST_PART_M2", "LEAST_WIDTH_M", "MOST_OPERATIONS", "MOST_VERTICES", "NOISE_M",
    "PICK_M", "SNAP_M", "TINY_M2",
]  # fmt: skip
