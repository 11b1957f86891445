"""Which layer of a drawing is which part of a site plan: a guess that the office confirms."""

import re
from collections.abc import Iterable
from enum import StrEnum

from plots.building_permits.sites.parts import Role


class LayerRole(StrEnum):
    """What a layer holds: a part of the site plan, the plot as the office drew it, or neither."""

    MAIN = Role.MAIN.value
    ANNEX = Role.ANNEX.value
    CANOPY = Role.CANOPY.value
    LEDGE = Role.LEDGE.value
    GUARD = Role.GUARD.value
    PLANT = Role.PLANT.value
    WALL = Role.WALL.value
    PARKING = Role.PARKING.value
    PLOT = "plot"
    IGNORE = "ignore"


# Words in the order they are asked for: a boundary wall is a wall, a car park shade a canopy.
# A plain WALL is not guessed: in architects' drawings it holds the walls of the building.
_WORDS: tuple[tuple[LayerRole, tuple[str, ...]], ...] = (
    (
        LayerRole.IGNORE,
        ("setback", "grid", "axis", "dim", "dims", "dimension", "text", "txt", "note", "hatch",
         "road", "street", "neighbour", "neighbor", "adjacent", "door", "window", "furniture",
         "contour", "level", "number", "no", "centreline", "centerline", "tree", "landscape",
         "ارتداد", "ارتدادات", "شارع", "طريق", "جار", "جيران", "ابعاد", "نص", "نصوص", "رقم",
         "محور", "محاور", "باب", "ابواب", "نافذه", "اثاث", "منسوب", "مناسيب", "شجر", "اشجار"),
    ),
    (
        LayerRole.CANOPY,
        ("canopy", "canopies", "shade", "shades", "pergola", "carport", "awning", "مظله", "مظلات",
         "برجوله", "عريش", "تظليل"),
    ),
    (
        LayerRole.LEDGE,
        ("projection", "projections", "ledge", "cornice", "overhang", "بروز", "بروزات", "كورنيش"),
    ),
    (
        LayerRole.GUARD,
        ("guard", "guard room", "guardroom", "guardhouse", "gatehouse", "حارس", "حراسه"),
    ),
    (
        LayerRole.PLANT,
        ("tank", "tanks", "water tank", "plant room", "equipment", "generator", "transformer",
         "خزان", "خزانات", "معدات", "مولد", "محول"),
    ),
    (
        LayerRole.PARKING,
        ("parking", "park", "carpark", "bay", "bays", "garage", "موقف", "مواقف", "كراج"),
    ),
    (
        LayerRole.WALL,
        ("boundary wall", "boundarywall", "compound wall", "site wall", "fence", "سور", "اسوار",
         "سياج"),
    ),
    (
        LayerRole.ANNEX,
        ("annex", "annexe", "outhouse", "outbuilding", "service block", "ملحق", "ملاحق", "ملحقات"),
    ),
    (
        LayerRole.PLOT,
        ("plot", "boundary", "property", "parcel", "lot", "krooki", "site limit", "حدود القطعه",
         "حد القطعه", "حدود الارض", "حد الارض", "القطعه", "قطعه", "كروكي", "حدود"),
    ),
    (
        LayerRole.MAIN,
        ("main", "building", "bldg", "footprint", "villa", "house", "مبني", "رئيسي", "فيلا", "فله",
         "منزل", "بيت", "بنايه", "مسقط"),
    ),
)  # fmt: skip
_ALIKE = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "ـ": None})
_MARKS = re.compile("[\u064b-\u0652\u0670\u200e\u200f]")  # vowel signs, marks of direction
_BETWEEN = re.compile(r"[\W_\d]+")


def _plain(text: str) -> str:
    """Write a name as bare words: one case, one alef, no article, no numbers."""
    folded = _MARKS.sub("", text).casefold().translate(_ALIKE)
    words = _BETWEEN.sub(" ", folded).split()
    bare = [word.removeprefix("ال") if len(word) > 4 else word for word in words]
    return " ".join(bare)


_PLAIN = [(role, [f" {_plain(word)} " for word in words]) for role, words in _WORDS]


def role_of(name: str) -> LayerRole:
    """Guess what one layer holds by its name, Arabic or English in any case."""
    asked = f" {_plain(name)} "
    for role, words in _PLAIN:
        if any(word in asked for word in words):
            return role
    return LayerRole.IGNORE


def guess(layers: Iterable[str]) -> dict[str, LayerRole]:
    """Guess what each layer holds; what is not known by name is left out of the check."""
    return {name: role_of(name) for name in layers}
