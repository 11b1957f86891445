"""Responsibilities from a file: every row accounted for, dated, what they were stays on record."""

import datetime as dt

import pytest

from observations.models import Responsibility
from tests.builders import square
from tests.importing.files import geopackage, imported
from tests.observations.routing import a_category, a_directorate_body, an_outside_body

pytestmark = pytest.mark.django_db
FIRST, NEXT = dt.date(2026, 1, 1), dt.date(2026, 7, 1)


@pytest.fixture
def bodies():
    return a_directorate_body("seeb"), a_directorate_body("bausher"), an_outside_body("water")


def a_row(body: str, shape, category: str | None = None, **more):
    return {"body": body, "category": category, "shape": shape, **more}


def load(folder, rows, **how):
    path = geopackage(folder, rows, name="r.gpkg", layer="responsibilities")
    return imported(path, "responsibilities", **{"on": FIRST, **how}).report


def held(on: dt.date) -> dict[tuple[str, str | None], float]:
    rows = Responsibility.objects.filter(valid__contains=on)
    return {
        (row.body.code, row.category and row.category.code): round(row.boundary.area)
        for row in rows.select_related("body", "category")
    }


def test_bodies_by_code_or_name_and_parts_as_one_ground(tmp_path, bodies) -> None:
    sewage = a_category("sewage", name_ar="طفح الصرف الصحي")
    found = load(
        tmp_path,
        [
            a_row("seeb", square(0, 0, 100), source=None),
            a_row("مديرية bausher", square(100, 0, 100)),
            a_row("BAUSHER", square(200, 0, 100)),
            a_row("water", square(0, 0, 300), sewage.name_ar, source="decree 1"),
        ],
    )
    assert (found.read, found.refused) == (4, 0)
    assert found.swap == {"inserted": 3, "changed": 0, "unchanged": 0, "retired": 0}
    assert held(FIRST) == {
        ("seeb", None): 10_000, ("bausher", None): 20_000, ("water", "sewage"): 90_000,
    }  # fmt: skip
    assert Responsibility.objects.get(category=sewage).source == "decree 1"


def test_an_unknown_body_or_category_is_refused_and_named(tmp_path, bodies) -> None:
    old = a_category("old", retired_on=dt.date(2020, 1, 1))
    found = load(
        tmp_path,
        [
            a_row("seeb", square(0, 0, 100)),
            a_row("gas", square(100, 0, 100)),
            a_row("seeb", square(200, 0, 100), "lamps"),
            a_row("seeb", square(300, 0, 100), old.code),
        ],
    )
    assert (found.read, found.accepted, found.refused) == (4, 1, 3)
    assert found.verdicts["unknown_body"] == 1 and found.verdicts["unknown_category"] == 2
    assert held(FIRST) == {("seeb", None): 10_000}


def test_shared_ground_is_a_note_and_never_a_refusal(tmp_path, bodies) -> None:
    sewage = a_category("sewage")
    found = load(
        tmp_path,
        [
            a_row("seeb", square(0, 0, 100)),
            a_row("bausher", square(50, 0, 100)),
            a_row("water", square(0, 0, 100), sewage.code),  # another category: nothing shared
            a_row("seeb", square(0, 0, 30)),  # its own ground again
        ],
    )
    assert found.refused == 0 and found.verdicts["shared_responsibility"] == 2
    assert held(FIRST)["seeb", None] == 10_000


def test_the_same_file_twice_changes_nothing(tmp_path, bodies) -> None:
    rows = [a_row("seeb", square(0, 0, 100)), a_row("bausher", square(100, 0, 100))]
    load(tmp_path, rows)
    before = list(Responsibility.objects.order_by("pk").values_list("pk", "valid"))
    found = load(tmp_path, rows, on=NEXT)
    assert found.swap == {"inserted": 0, "changed": 0, "unchanged": 2, "retired": 0}
    assert list(Responsibility.objects.order_by("pk").values_list("pk", "valid")) == before


def test_a_change_is_dated_and_what_was_stays(tmp_path, bodies) -> None:
    load(tmp_path, [a_row("seeb", square(0, 0, 100)), a_row("bausher", square(100, 0, 100))])
    found = load(tmp_path, [a_row("seeb", square(0, 0, 150))], on=NEXT)
    assert (found.swap["changed"], found.swap["retired"]) == (1, 0)
    assert held(NEXT - dt.timedelta(days=1))["seeb", None] == 10_000
    assert held(NEXT) == {("seeb", None): 22_500, ("bausher", None): 10_000}


def test_a_whole_file_ends_what_it_does_not_name(tmp_path, bodies) -> None:
    sewage = a_category("sewage")
    load(tmp_path, [
        a_row("seeb", square(0, 0, 100)), a_row("seeb", square(0, 0, 100), sewage.code),
        a_row("bausher", square(100, 0, 100)),
    ])  # fmt: skip
    found = load(tmp_path, [a_row("seeb", square(0, 0, 100))], on=NEXT, extent="full")
    assert (found.swap["unchanged"], found.swap["retired"]) == (1, 2)
    assert held(NEXT) == {("seeb", None): 10_000} and len(held(FIRST)) == 3


def test_a_day_before_what_holds_is_refused_whole(tmp_path, bodies) -> None:
    load(tmp_path, [a_row("seeb", square(0, 0, 100))], on=NEXT)
    found = load(tmp_path, [a_row("seeb", square(0, 0, 150)), a_row("bausher", square(200, 0, 9))])
    assert found.code == "present_began_later" and not found.made
    assert held(NEXT) == {("seeb", None): 10_000}


def test_a_dry_run_leaves_everything(tmp_path, bodies) -> None:
    load(tmp_path, [a_row("seeb", square(0, 0, 100))], dry_run=True)
    assert not Responsibility.objects.exists()
