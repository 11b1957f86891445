"""Every tolerance of an import, with its unit and where it comes from."""

COORDINATE_NOISE_M = (
    0.001  # m; a boundary that moved less is the same boundary (spatial.md: "to the millimetre")
)
OVERLAP_WIDTH_M = (
    0.02  # m; survey noise: overlaps thinner than this on average are none (architecture.md §6)
)
OVERLAP_M2 = (
    0.5  # m2; the cadastres of 27412 and 91216 have hundreds of smaller ones along shared lines
)
DUPLICATE_SHARE = 0.999  # of the union; two shapes this alike are one
TINY_M2 = (
    0.1  # m2; below, a polygon is what digitising left over (smallest real plot seen: 0.50 m2)
)
SLIVER_WIDTH_M = 0.05  # m; mean width (2 x area / perimeter) of a sliver
REPAIR_SHARE = 0.01  # of the area; a repair that changes more is a refusal
MAX_VERTICES = 100_000  # of one feature from a file; the largest real plot seen has 1,500
REGISTERED_DIFFERS = (
    0.01,
    0.05,
    0.20,
)  # of the registered area; known answers of the 91216 cadastre
CROSSES_M2 = 0.00001  # m2 of a footprint off its plot; more than arithmetic leaves: it crosses
DATUM_MIN_SHIFT_M = 0.3  # m; smaller shifts cannot be told from resurveying
DATUM_FIT = 0.1  # the rival reading must bring a shape ten times nearer
DATUM_FAR_M = 20.0  # m; one plot alone is only doubted when it moved farther than this
TWIN_SHARE, TWIN_M = 0.02, 0.5  # of the area, and m between centres: the same plot surveyed again
TWIN_SURE_M = 0.05  # m; nearer, a grid of like plots does not lie by accident
TWINS_OF_FILE = 0.2  # of a file's rows: it shows ground the register has
ACROSS_SHARE, ACROSS_OF_FILE = 0.2, 0.2  # of a row's area on other plots, and of a file's rows
HOUSED, HOUSED_DOUBT = 0.8, 0.5  # of the buildings in one plot each; 97 % in the cadastre of 27412
LINEAGE_SHARE = 0.05  # of the smaller plot; less common ground is a shared line, not descent
LINEAGE_M2 = 1.0  # m2
TAKEN_SHARE = 0.5  # a plot that lost this share of its ground to new ones was replaced by them
KNOWN_SHARE = 0.5  # a file that knows this share of the register's keys speaks for all of it
SPEAKS_FOR_M = 250.0  # m around its plots: ground a file speaks for that nobody called whole
SHARES_A_SOURCE = 0.1  # of the rows a source brought; a few border plots of the next town are less
COVERAGE_GAP_M = 0.5  # m; narrower gaps between zones or areas are named
