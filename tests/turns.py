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
    """Put the files of the longest tests first; pytest-xdist hands files out in this order.

    Between two that run a whole city of processes stand two that do not, for several such cities
    at once are slower than one after the other.
    """
    by_file: dict[str, list[pytest.Item]] = {}
    for item in sorted(items, key=_turn):
        by_file.setdefault(item.nodeid.partition("::")[0], []).append(item)
    cities = [file for file in by_file if file.removeprefix("tests/") in WHOLE_CITIES]
    others = [file for file in by_file if file not in cities]
    order: list[str] = []
    for file in cities:
        order += [file, *others[:2]]
        others = others[2:]
    items[:] = [item for file in [*order, *others] for item in by_file[file]]
