"""Footprints and kin of categories that were loaded before there were any; what was set by hand stays."""

from typing import Any

import pytest
from django.test import Client

from geo_portal.city_facts import load_city_facts
from observations.reports.models import Category
from tests.builders import a_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded_before() -> None:
    """The city's categories as they stood before the two columns came."""
    load_city_facts()
    Category.objects.update(footprint_m=50, kin="")


@pytest.fixture
def editor() -> Client:
    client = Client()
    client.force_login(a_person("admin"))
    return client


def reach(code: str) -> tuple[float, str]:
    return Category.objects.values_list("footprint_m", "kin").get(code=code)


def edited(editor: Client, code: str, **values: Any) -> None:
    """Change a category on the page that an editor has."""
    row = Category.objects.get(code=code)
    fields = {
        "code": row.code, "name_ar": row.name_ar, "name_en": row.name_en, "public": "on",
        "priority": row.priority, "position": row.position, "footprint_m": row.footprint_m,
        "kin": row.kin, "retired_on": "", "replaced_by": "", **values,
    }  # fmt: skip
    answer = editor.post(f"/admin/observations/category/{row.pk}/change/", fields)
    assert answer.status_code == 302, answer.content[:2_000]


def test_a_city_that_is_loaded_already_is_filled_in_once(loaded_before) -> None:
    assert reach("potholes") == (50, "")
    assert load_city_facts()["categories_filled_in"] == 22
    assert reach("potholes") == (20, "road_surface") and reach("odours") == (300, "")
    assert load_city_facts()["categories_filled_in"] == 0


def test_what_an_editor_has_set_stays_also_where_it_is_what_the_column_began_with(
    loaded_before, editor
) -> None:
    edited(editor, "potholes", footprint_m=35)
    edited(editor, "rubble", kin="building")
    edited(editor, "odours", footprint_m=51)
    edited(editor, "odours", footprint_m=50)  # fifty on purpose
    edited(editor, "noise", name_en="Noise")  # which says nothing of its reach
    load_city_facts()
    assert reach("potholes") == (35, "road_surface")
    assert reach("rubble") == (60, "building")
    assert reach("odours") == (50, "")
    assert reach("noise") == (150, "")
    assert Category.objects.get(code="noise").name_en == "Noise"


def test_a_category_that_an_editor_made_is_theirs(loaded_before, editor) -> None:
    Category.objects.filter(code="odours").delete()
    made = {"code": "odours", "name_ar": "روائح", "name_en": "Smells", "public": "on",
            "priority": 3, "position": 9, "footprint_m": 50, "kin": ""}  # fmt: skip
    assert editor.post("/admin/observations/category/add/", made).status_code == 302
    load_city_facts()
    assert reach("odours") == (50, "")


def test_a_category_of_no_file_is_left_alone(loaded_before) -> None:
    Category.objects.create(code="camels", name_ar="جمال", name_en="Camels")
    load_city_facts()
    assert reach("camels") == (50, "")
