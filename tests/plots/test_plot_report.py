"""The plot report: three kinds of themes, shares that add up, and the same in every form."""

import datetime as dt
import json
import re
import subprocess

import pytest
import shapely
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from municipality.stored import geos_of, shape_of
from plots.models import Plot, ThemeFeature, ThemeLayer
from plots.register.queries import plot_on
from plots.restrictions.report import plot_report
from plots.restrictions.report_paper import in_words
from plots.restrictions.sheet import drawing
from tests import builders as b

pytestmark = pytest.mark.django_db
ON = dt.date(2026, 11, 28)
AT = dt.datetime(2026, 11, 28, 9, tzinfo=dt.UTC)


def report_of(plot: Plot) -> dict:
    """The report of a plot on the day."""
    found = plot_on(plot_id=plot.pk, on=ON)
    assert found is not None
    return plot_report(found, on=ON, at=AT)


def codes(report: dict, kind: str) -> list[str]:
    """The themes of one kind."""
    return [theme["code"] for theme in report[kind]]


def test_themes_are_concerned_not_concerned_or_without_data_and_each_once() -> None:
    plot = b.a_plot()
    b.a_theme_layer("wadi", [b.square(-5, -5, 10)])
    b.a_theme_layer("road_reserve", [b.square(20, 0, 10)])  # touches the east edge alone
    report = report_of(plot)
    assert codes(report, "concerned_theme") == ["land_use", "wadi"]
    assert codes(report, "not_concerned_theme") == ["road_reserve"]
    assert codes(report, "theme_without_data") == ["heritage", "utilities"]
    wadi = report["restriction_on_landownership"][1]
    assert wadi["area_m2"] == pytest.approx(25, abs=0.01)
    assert wadi["part_pct"] == pytest.approx(6.25, abs=0.01)
    assert wadi["law_status"]["code"] == "in_force" and wadi["source"] == "test"
    assert wadi["as_of"] == "2020-01-01" and wadi["published_from"] == "2000-01-01"
    assert wadi["symbol"]["text"]["ar"] == "حرم الوادي" and wadi["documents"] == []


def test_a_layer_that_covers_the_plot_in_part_is_without_data_and_not_a_clean_bill() -> None:
    plot = b.a_plot()
    b.a_theme_layer("wadi", [], coverage=b.multi(b.square(0, 0, 10)))
    assert "wadi" in codes(report_of(plot), "theme_without_data")


def test_lines_are_told_by_their_length_and_laws_are_named_where_they_are_known() -> None:
    plot = b.a_plot()
    pipe = shapely.LineString([(b.EAST + 10, b.NORTH - 5), (b.EAST + 10, b.NORTH + 35)])
    layer = b.a_theme_layer("utilities", [pipe])
    ThemeFeature.objects.filter(layer=layer).update(name_ar="أنبوب مياه", name_en="Water main")
    b.a_theme_layer("heritage", [b.square(0, 0, 20)])
    rows = {row["theme"]["code"]: row for row in report_of(plot)["restriction_on_landownership"]}
    assert rows["heritage"]["documents"][0]["number"] == "RD 35/2019"
    assert rows["heritage"]["part_pct"] == 100.0
    pipe_told = rows["utilities"]
    assert (pipe_told["area_m2"], pipe_told["length_m"]) == (0.0, 20.0)
    assert pipe_told["type"] == {"ar": "أنبوب مياه", "en": "Water main"}


def test_land_use_nobody_knows_is_without_data() -> None:
    plot = b.a_plot(use_class="undefined")
    assert "land_use" in codes(report_of(plot), "theme_without_data")
    known = b.a_plot("k2", b.square(40, 0), use_class="undefined", floors=2)
    land_use = report_of(known)["restriction_on_landownership"][0]
    limits = {row["code"]: row["value"] for row in land_use["limits"]}
    assert limits["floors"] == 2 and limits["height_m"] is None


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(-15, 15), st.integers(-15, 15)), max_size=4))
def test_ground_is_counted_once_however_features_overlap_and_never_more_than_the_plot(
    corners,
) -> None:
    ThemeFeature.objects.all().delete()
    ThemeLayer.objects.all().delete()
    plot = Plot.objects.filter(register_key="law").first() or b.a_plot("law")  # one row
    shapes = [b.square(x, y, 15) for x, y in corners]
    layer = b.a_theme_layer("wadi", [])
    for shape in shapes:
        ThemeFeature.objects.create(layer=layer, shape=geos_of(shape), name_ar="وادي")
    rows = report_of(plot)["restriction_on_landownership"]
    shared = shapely.union_all(shapes).intersection(b.square()).area if shapes else 0.0
    told = [row["area_m2"] for row in rows if row["theme"]["code"] == "wadi"]
    assert sum(told) == pytest.approx(shared if shared > 0.5 else 0.0, abs=0.01)
    assert all(row["part_pct"] <= 100.01 for row in rows)


def test_the_page_the_paper_and_the_data_say_the_same(tmp_path) -> None:
    plot = b.a_plot(number="2417")
    b.a_theme_layer("wadi", [b.square(-5, -5, 10)])
    client = Client()
    data = client.get(f"/plots/{plot.pk}/report.json").json()
    assert data["plot"]["number"] == "2417" and data["plot"]["permanent_id"].startswith("OM")
    arabic = client.get(f"/plots/{plot.pk}/report/").content.decode()
    english = client.get(f"/en/plots/{plot.pk}/report/").content.decode()
    assert "حرم الوادي" in arabic and "Wadi strip" in english
    for page in (arabic, english):
        assert "25.00" in page and "6.25%" in page and data["plot"]["permanent_id"] in page
    paper = tmp_path / "report.pdf"
    paper.write_bytes(client.get(f"/en/plots/{plot.pk}/report.pdf").content)
    told = subprocess.run(
        ["pdftotext", str(paper), "-"], capture_output=True, check=True, text=True
    )
    text = told.stdout
    assert "Wadi strip" in text and "25.00" in text and "without data" in text.lower()


@pytest.mark.parametrize("plot_id", ["0", "x", "-1", "9" * 40, "1e3", "%00"])
def test_a_plot_that_is_not_there_is_not_found(plot_id: str) -> None:
    for end in ("report/", "report.json", "report.pdf"):
        assert Client().get(f"/plots/{plot_id}/{end}").status_code == 404


def test_reports_are_counted_like_other_facts_of_plots(settings) -> None:
    settings.GEO_LIMITS = True
    plot = b.a_plot()
    answers = [Client().get(f"/plots/{plot.pk}/report.json").status_code for _ in range(12)]
    assert answers[:5] == [200] * 5 and 429 in answers


def test_texts_of_both_languages_become_the_one_of_the_page() -> None:
    told = {"a": {"ar": "نعم", "en": "yes"}, "b": [{"ar": "لا", "en": "no"}], "c": 1}
    assert in_words(told) == {"a": "نعم", "b": ["لا"], "c": 1}
    assert json.dumps(in_words([]), ensure_ascii=False) == "[]"


@pytest.mark.parametrize(
    ("prefix", "unit", "is_right_first"), [("", "م", True), ("/en", "m", False)]
)
def test_the_scale_bar_reads_its_number_before_its_unit(
    prefix, unit, is_right_first, tmp_path
) -> None:
    """In Arabic, read from the right, the unit stands left of the number."""
    plot, client = b.a_plot(), Client()
    bar_m = str(drawing(shape_of(plot.boundary))["bar_m"])
    answer = client.get(f"{prefix}/plots/{plot.pk}/report.pdf")
    (tmp_path / "report.pdf").write_bytes(b"".join(answer) if answer.streaming else answer.content)
    words = subprocess.run(
        ["pdftotext", "-bbox", tmp_path / "report.pdf", "-"], capture_output=True, check=True
    ).stdout.decode()
    found = re.findall(r'xMin="([\d.]+)"[^>]*yMax="([\d.]+)">([\dمm]+)<', words)
    y = next(float(y) for _, y, word in found if unit in word)
    row = sorted((float(x), word) for x, other, word in found if abs(float(other) - y) < 4)
    seen = "".join(word for _, word in row)  # from left to right
    assert seen == (f"{unit}{bar_m}" if is_right_first else f"{bar_m}{unit}")
    page = client.get(f"{prefix}/plots/{plot.pk}/report/").content.decode()
    assert f">{bar_m} {unit}</text>" in page
    assert (f'direction="rtl" text-anchor="end">{bar_m}' in page) is is_right_first
