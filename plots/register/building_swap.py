"""The swap of the buildings: ids stay with their key; what a new survey does not show is gone."""

from typing import Any

from municipality.importing.keyed_swap import Keyed, swap_by_key
from municipality.importing.spec import Job

STAGED = {
    "register_key": "text", "plot_id": "bigint", "use_class": "text", "name_ar": "text",
    "name_en": "text", "floors": "smallint", "height_m": "float8", "crosses_plots": "boolean",
    "source": "text",
}  # fmt: skip
_BUILDINGS = Keyed(
    table="plots_building",
    shape="footprint",
    facts=("plot_id", "use_class", "name_ar", "name_en", "floors", "height_m", "crosses_plots"),
    stays="EXISTS (SELECT FROM plots_unit u WHERE u.building_id = t.id)",
)


def swap(cursor: Any, job: Job) -> dict[str, Any]:
    """Move the staged buildings into place; those with registered units always stay."""
    return swap_by_key(cursor, _BUILDINGS, job)
