"""In which order tests are begun, and which follow each other in one process."""

import pytest

LONG = (  # begun first, so that all workers end together
    "journeys", "killing", "deploy/test_serving", "importing/test_real_cities", "browser",
    "deploy", "importing", "demo", "geo_portal/test_junk", "documents", "observations", "plots",
)  # fmt: skip

WHOLE_CITIES = {
    *(f"journeys/test_{name}.py" for name in (
        "app_ticket", "building_permit", "inspection_offline", "parking_permit", "plot_extract",
        "sms_ticket", "violation",
    )),
    "killing/test_city_kills.py", "deploy/test_serving.py",
}  # fmt: skip


def _turn(item: pytest.Item) -> int:
    place = item.nodeid.removeprefix("tests/")
    return next((turn for turn, name in enumerate(LONG) if place.startswith(name)), len(LONG))


def in_turn(items: list[pytest.Item]) -> None:
    """Put the files of the longest tests first; pytest-xdist hands groups out in this order.

    A group is a file; those that run a whole city of processes are one, for two such cities at
    once are slower than one after the other.
    """
    items.sort(key=_turn)
    for item in items:
        file = item.nodeid.partition("::")[0]
        group = "city" if file.removeprefix("tests/") in WHOLE_CITIES else file
        item.add_marker(pytest.mark.xdist_group(group))
