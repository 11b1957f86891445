"""Tests of ourselves: the habits that keep the house a house."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.gis.db.models import GeometryField
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.module_loading import import_string

from geo_portal import wiring
from municipality import crs
from municipality.words import Text

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("geo_portal", "maps", "municipality", "observations", "parking_zones", "plots")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
MIGRATIONS = [path for path in SOURCES if path.parent.name == "migrations" and path.name[0] == "0"]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def all_patterns(resolver: URLResolver | None = None, prefix: str = ""):
    """Every URL pattern with its full route."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route, entry.callback
        else:
            yield from all_patterns(entry, route)


def operations(callback) -> list:
    """The functions behind a view: ninja keeps one for each method of an address."""
    path_view = getattr(callback, "__self__", None)
    if path_view is not None and hasattr(path_view, "operations"):
        return [operation.view_func for operation in path_view.operations]
    closure = getattr(callback, "__closure__", None) or ()
    for cell in closure:
        if hasattr(cell.cell_contents, "operations"):
            return [operation.view_func for operation in cell.cell_contents.operations]
    return [callback]


def test_every_view_says_who_may_open_it() -> None:
    ours = [
        (route, function)
        for route, callback in all_patterns()
        for function in operations(callback)
        if function.__module__.split(".")[0] in PACKAGES
    ]
    silent = [
        f"{route} {f.__module__}.{f.__qualname__}" for route, f in ours if not hasattr(f, "open_to")
    ]
    assert len(ours) > 10
    assert not silent


def test_every_wire_leads_somewhere() -> None:
    wires = [*wiring.MAP_LAYERS, *wiring.IMPORTERS.values()]
    for wire in wires:
        assert import_string(wire) is not None, wire


def test_every_stored_geometry_is_metric() -> None:
    """But the web copies that the database makes itself, and guest layers of the maps engine."""
    wrong = []
    for model in apps.get_models():
        for field in model._meta.get_fields():
            output = (
                getattr(field, "output_field", field)
                if isinstance(field, models.GeneratedField)
                else field
            )
            if not isinstance(output, GeometryField):
                continue
            expected = crs.WEB if isinstance(field, models.GeneratedField) else crs.METRIC
            if model.__name__ == "GuestFeature" and not isinstance(field, models.GeneratedField):
                expected = crs.LONLAT
            if output.srid != expected:
                wrong.append(f"{model.__name__}.{field.name}: {output.srid}")
    assert not wrong


SRIDS = re.compile(r"\b(32640|3857|4326|3440|7375|9296|900913)\b")


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_no_srid_is_written_outside_crs(path: Path) -> None:
    if path.name == "crs.py":
        return
    if path.parent.name == "sandbox" and path.name == "reading.py":
        from municipality.documents.sandbox.reading import LONLAT

        assert LONLAT == crs.LONLAT  # the one other place, closed off from the profile
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in docstrings:
            assert not SRIDS.search(str(node.value)), f"{name(path)}:{node.lineno}: {node.value}"


@pytest.mark.parametrize("path", sorted(set(SOURCES) - set(MIGRATIONS)), ids=name)
def test_no_file_is_over_400_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", TESTS, ids=name)
def test_no_test_file_is_over_600_lines(path: Path) -> None:
    limit = 100 if path.name == "conftest.py" else 600
    assert len(path.read_text(encoding="utf-8").splitlines()) <= limit


@pytest.mark.parametrize("path", MIGRATIONS, ids=name)
def test_migrations_are_named_for_their_intent(path: Path) -> None:
    assert re.fullmatch(r"\d{4}_[a-z][a-z0-9_]+\.py", path.name) and "auto_" not in path.name


PURE = ["located", "digits", "names", "baisa", "crs", "calendar/rest_days", "calendar/office_time"]


@pytest.mark.parametrize("module", PURE)
def test_pure_modules_know_no_database_and_no_clock(module: str) -> None:
    check_pure(ROOT / "municipality" / f"{module}.py")


def test_paid_hours_know_no_database_and_no_clock() -> None:
    check_pure(ROOT / "parking_zones" / "pricing" / "paid_hours.py")


def check_pure(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for line in text.splitlines():
        assert not re.match(r"\s*(from|import) django\.(db|contrib|http)", line), line
    assert not re.search(r"\.now\(|\.today\(", text)


CLOCK = re.compile(r"timezone\.now\(\)|\.today\(\)|\bnow\(\)\.date")
MAY_LOOK = (
    "views",
    "api",
    "commands",
    "importing/command",
    "importing/batch",
    "imports",
    "worker",
    "jobs",
    "asked",
    "here_api",
    "people/access",
    "people/presence",
    "people/session_store",
    "schedule",
)


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_only_views_commands_and_workers_look_at_the_clock(path: Path) -> None:
    if any(part in name(path) for part in MAY_LOOK):
        return
    assert not CLOCK.search(path.read_text(encoding="utf-8")), name(path)


ARABIC = re.compile("[\u0600-\u06ff]")


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_every_text_is_written_in_both_languages(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Text"):
            continue
        literals = [a.value for a in node.args if isinstance(a, ast.Constant)]
        if len(literals) == 2:
            ar, en = literals
            assert bool(ar) == bool(en), f"{name(path)}:{node.lineno}"
            assert not ARABIC.search(en), f"{name(path)}:{node.lineno}: Arabic in the English text"


def test_text_needs_both() -> None:
    with pytest.raises(TypeError):
        Text("عربي")  # type: ignore[call-arg]


def test_constraints_have_a_sentence_for_the_person() -> None:
    silent = [
        f"{model.__name__}: {constraint.name}"
        for model in apps.get_models()
        if model.__module__.split(".")[0] in PACKAGES
        for constraint in model._meta.constraints
        if not isinstance(constraint, models.UniqueConstraint)
        and constraint.violation_error_message == constraint.default_violation_error_message
    ]
    assert not silent


def test_driver_is_psycopg2() -> None:
    from django.db.backends.postgresql.psycopg_any import is_psycopg3

    assert not is_psycopg3


def test_framework_is_past_its_spatial_advisories() -> None:
    """guards.md §1.1: four advisories of 2026 sit on GeoDjango before 5.2.19."""
    import django

    assert django.VERSION[:3] >= (5, 2, 19)


def test_libraries_are_those_of_the_wheels() -> None:
    from django.contrib.gis.gdal.libgdal import lib_path as gdal
    from django.contrib.gis.geos.libgeos import lgeos

    assert "pyogrio" in str(gdal)
    assert "shapely" in str(lgeos._name if hasattr(lgeos, "_name") else lgeos)


def test_lock_files_name_no_host() -> None:
    locks = [ROOT / "frontend", ROOT / "tests" / "peers" / "smsc"]
    packages = [folder / "package-lock.json" for folder in locks]
    for path in [*(ROOT / "requirements").glob("*.txt"), *packages]:
        text = path.read_text(encoding="utf-8")
        assert "index-url" not in text and '"resolved": "http' not in text, name(path)


def test_profiles_load() -> None:
    from municipality.profiles import load

    for path in sorted((ROOT / "municipality" / "profiles").glob("*.toml")):
        if "metric_srid" in path.read_text(encoding="utf-8"):
            assert load(str(path)).systems


def problem_codes_in_the_source() -> set[str]:
    """Every code that a Problem is made with."""
    found = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = getattr(node.func, "id", "")
            if (
                called == "Problem"
                and len(node.args) > 1
                and isinstance(node.args[1], ast.Constant)
            ):
                found.add(node.args[1].value)
            if called == "bad_value":
                found |= {k.value.value for k in node.keywords if k.arg == "code"}
    return found


def test_every_problem_code_opens_a_page_that_explains_it() -> None:
    from geo_portal.home.problem_codes import MEANINGS

    used = problem_codes_in_the_source()
    assert len(used) > 10
    assert used <= set(MEANINGS)


def test_every_verdict_of_the_imports_is_explained_in_the_docs() -> None:
    from municipality.importing import verdicts

    table = (ROOT / "docs" / "importing.md").read_text(encoding="utf-8")
    known = next(
        value
        for value in vars(verdicts).values()
        if isinstance(value, dict) and "outside_city" in value
    )
    assert len(known) > 20
    assert not [code for code in known if f"`{code}`" not in table]
