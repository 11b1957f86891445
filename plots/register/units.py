"""The flats, shops and offices of a plot, as the register of buildings names them."""

from collections import Counter
from dataclasses import dataclass

from municipality.digits import western
from municipality.words import Text
from plots.register.models import Unit, UseClass
from plots.register.use_words import USES

MOST_UNITS = 1_000
LONGEST = 40  # of what a request keeps


@dataclass(frozen=True, slots=True)
class UnitOfPlot:
    """A unit, and how one is told which it is.

    ``written`` names it among all of the plot: its number, and the building's name or place in the
    list where several buildings have that number.  ``floor`` is None where the register has none.
    """

    written: str
    number: str
    floor: int | None
    use: Text
    building: Text


def _key(text: str) -> str:
    return western(text).strip().casefold()


def units_of(plot_id: int) -> list[UnitOfPlot]:
    """Return the units of the buildings on a plot, building by building; empty where none is known.

    At most ``MOST_UNITS``.
    """
    rows = Unit.objects.filter(building__plot=plot_id).select_related("building")
    found = list(rows.order_by("building__register_key", "floor", "number", "pk")[:MOST_UNITS])
    places = {pk: n for n, pk in enumerate(dict.fromkeys(one.building_id for one in found), 1)}
    often = Counter(_key(one.number) for one in found)
    buildings = {one.building_id: one.building.name_ar for one in found}
    shared = {name for name, count in Counter(buildings.values()).items() if count > 1} | {""}

    def named(one: Unit) -> Text:
        building, place = one.building, places[one.building_id]
        return Text(
            building.name_ar or building.name_en or f"المبنى {place}",
            building.name_en or building.name_ar or f"Building {place}",
        )

    def written(one: Unit) -> str:
        if often[_key(one.number)] == 1:
            return one.number
        name, place = one.building.name_ar, places[one.building_id]
        tail = f" ({place if name in shared else name})"
        if len(one.number) + len(tail) > LONGEST:
            tail = f" ({place})"
        return one.number[: LONGEST - len(tail)] + tail

    return [
        UnitOfPlot(written(one), one.number, one.floor, USES[UseClass(one.use_class)], named(one))
        for one in found
    ]


def knows_unit(plot_id: int, written: str) -> bool:
    """Tell whether the register has a unit of that number, or written as ``units_of`` writes it."""
    wanted = _key(written)
    return any(wanted in (_key(one.number), _key(one.written)) for one in units_of(plot_id))
