"""Import of the boundaries of wilayats and housing areas, declared to the import engine."""

import re
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from municipality.importing.coverage import check_coverage
from municipality.importing.dated_swap import Dated, shape_sql, swap_versions
from municipality.importing.fields import Field, Kind
from municipality.importing.parts import default_source, digest, fill_texts
from municipality.importing.placing import known_places
from municipality.importing.rows import Rows, as_array, mask_of, repeated
from municipality.importing.spec import POLYGON, Importer, Job
from municipality.importing.values import by_unique
from municipality.places.models import Area, AreaVersion, Wilayat, WilayatVersion
from municipality.words import Text

_LEVELS = {
    "wilayat": "wilayat", "wilayah": "wilayat", "ولاية": "wilayat", "governorate": "wilayat", "commune": "wilayat",
    "area": "area", "منطقة": "area", "housing area": "area", "village": "area", "قرية": "area",
    "section": "area", "block": "area", "district": "area", "neighbourhood": "area",
}  # fmt: skip
_FIELDS = (
    Field("code", ("id", "code", "pcode", "admin_code", "wilayat_code", "area_code", "adm_code", "iso_3166_2", "gid"), longest=40),
    Field("level", ("level", "admin_level", "kind", "المستوى"), Kind.WORD, words=_LEVELS),
    Field("name_ar", ("name_ar", "wilayatname_a", "newhousingareaname_a", "name:ar", "arabic_name", "الاسم"), longest=120),
    Field(
        "name_en",
        ("name_en", "wilayatname_e", "newhousingareaname_e", "name:en", "name", "boroname", "nom", "shapename"),
        longest=120, missing="name_missing", else_from=("name_ar", "code"),
    ),
    Field("wilayat", ("wilayat", "parent", "wilayat_name", "الولاية"), longest=120),
    Field("population", ("population", "pop", "السكان"), Kind.WHOLE, most=2e9),
    Field("source", ("source",), longest=200),
)  # fmt: skip
_STAGED = {
    "level": "text", "code": "text", "name_ar": "text", "name_en": "text", "wilayat": "text",
    "population": "integer", "source": "text",
}  # fmt: skip
_WILAYATS = Dated("places_wilayatversion", "wilayat_id")
_AREAS = Dated("places_areaversion", "area_id")


def code_of(name: str) -> str:
    """Make a code of a name; a name without Latin letters gets one of its digest."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:40]
    return plain or f"p_{digest(name)[:12]}"


def _levels(rows: Rows) -> None:
    """A file without levels speaks of areas if its rows name their wilayat, else of wilayats."""
    usual = "area" if "wilayat" in rows.columns.fields else "wilayat"
    rows.values["level"] = as_array(rows.values["level"].fill_null(usual))


def _codes(rows: Rows) -> None:
    """Take the code of the place that is known by the row's code or names, else the file's."""
    for level, model in (("wilayat", Wilayat), ("area", Area)):
        known = known_places(model.objects.all())
        of_level = mask_of(pc.equal(rows.values["level"], level))
        if not of_level.any():
            continue
        held = [
            by_unique(rows.values[name], known, pa.large_string())
            for name in ("code", "name_en", "name_ar")
        ]
        found = pc.coalesce(*held, rows.values["code"])
        rows.values["code"] = as_array(pc.if_else(pa.array(of_level), found, rows.values["code"]))
    own = by_unique(rows.values["name_en"], lambda t: code_of(t) if t else None, pa.large_string())
    rows.values["code"] = as_array(pc.coalesce(rows.values["code"], own))
    level_code = pc.binary_join_element_wise(
        rows.values["level"], rows.values["code"], pa.scalar("/", pa.large_string())
    )
    rows.mark("duplicate_key", repeated(as_array(level_code), rows.good))


def _staying(rows: Rows, job: Job) -> dict[str, NDArray[np.object_]]:
    """Boundaries in force that the file does not name and that go on beside it.

    Approximate ones yield to any file; of a full file nothing else stays.
    """
    found: dict[str, NDArray[np.object_]] = {}
    codes = rows.values["code"].to_pylist()
    levels = rows.values["level"].to_pylist()
    for level, model, owner in (
        ("wilayat", WilayatVersion, "wilayat"),
        ("area", AreaVersion, "area"),
    ):
        named = {c for c, lv in zip(codes, levels, strict=True) if lv == level}
        held = model.objects.filter(valid__contains=job.on, approximate=False)
        kept = held.exclude(**{f"{owner}__code__in": named}).values_list("boundary", flat=True)
        if job.extent != "full":
            found[level] = shapely.from_wkb(np.array([bytes(s.wkb) for s in kept], dtype=object))
    return found


def prepare(rows: Rows, job: Job) -> None:
    """The checks of boundaries: levels, codes, and each level as a coverage."""
    with rows.check("levels_and_codes"):
        _levels(rows)
        _codes(rows)
    rows.values["name_ar"] = as_array(pc.coalesce(rows.values["name_ar"], rows.values["name_en"]))
    fill_texts(rows, "name_ar", "name_en")
    default_source(rows, job)
    with rows.check("coverage"):
        check_coverage(rows, groups=rows.values["level"].to_pylist(), staying=_staying(rows, job))


def _owners(cursor: Any) -> None:
    """Add places that are new; names of known ones follow the file, their aliases stay."""
    cursor.execute(
        "INSERT INTO places_wilayat AS t (code, name_ar, name_en, aliases, population) "
        "SELECT code, name_ar, name_en, '{}', population FROM incoming WHERE level = 'wilayat' "
        "ON CONFLICT (code) DO UPDATE SET name_ar = excluded.name_ar, name_en = excluded.name_en, "
        "population = COALESCE(excluded.population, t.population) "
        "WHERE (t.name_ar, t.name_en) IS DISTINCT FROM (excluded.name_ar, excluded.name_en) "
        "OR excluded.population IS DISTINCT FROM t.population AND excluded.population IS NOT NULL"
    )
    cursor.execute(
        "INSERT INTO places_area AS t (code, name_ar, name_en, aliases, wilayat_id) "
        "SELECT n.code, n.name_ar, n.name_en, '{}', COALESCE(w.id, p.wilayat_id) FROM incoming n "
        "LEFT JOIN LATERAL (SELECT id FROM places_wilayat w WHERE ar_fold(n.wilayat) IN "
        "(ar_fold(w.code), ar_fold(w.name_ar), ar_fold(w.name_en)) ORDER BY id LIMIT 1) w ON true "
        "LEFT JOIN LATERAL (SELECT wilayat_id FROM places_wilayatversion v "
        f"WHERE upper_inf(v.valid) AND ST_Covers(v.boundary, ST_PointOnSurface({shape_sql()})) "
        "ORDER BY wilayat_id LIMIT 1) p ON true WHERE n.level = 'area' "
        "ON CONFLICT (code) DO UPDATE SET name_ar = excluded.name_ar, name_en = excluded.name_en, "
        "wilayat_id = COALESCE(excluded.wilayat_id, t.wilayat_id) "
        "WHERE (t.name_ar, t.name_en, t.wilayat_id) IS DISTINCT FROM "
        "(excluded.name_ar, excluded.name_en, COALESCE(excluded.wilayat_id, t.wilayat_id))"
    )


def swap(cursor: Any, job: Job) -> dict[str, Any]:
    """Let the boundaries hold from the day on, wilayats before their areas."""
    total: dict[str, int] = {}
    for level, dated, owners in (
        ("wilayat", _WILAYATS, "places_wilayat"),
        ("area", _AREAS, "places_area"),
    ):
        _owners(cursor)  # twice: areas look for wilayats whose boundary was just made
        cursor.execute(
            f"CREATE TEMP TABLE wanted_{level} ON COMMIT DROP AS SELECT o.id AS owner, "
            f"{shape_sql()} AS boundary, n.source FROM incoming n JOIN {owners} o ON o.code = n.code "
            "WHERE n.level = %s",
            [level],
        )
        cursor.execute(f"SELECT count(*) FROM wanted_{level}")
        if not cursor.fetchone()[0]:
            continue
        others = f"v.{dated.owner} NOT IN (SELECT owner FROM kept_{level})"
        cursor.execute(
            f"CREATE TEMP TABLE kept_{level} ON COMMIT DROP AS SELECT owner FROM wanted_{level}"
        )
        retire = others if job.extent == "full" else f"v.approximate AND {others}"
        done = swap_versions(cursor, dated, wanted=f"wanted_{level}", on=job.on, retire=retire)
        total = {key: total.get(key, 0) + value for key, value in done.items()}
    return dict(total)


BOUNDARIES = Importer(
    kind="boundaries",
    title=Text("الحدود", "Boundaries"),
    shape=POLYGON,
    fields=_FIELDS,
    staged=_STAGED,
    prepare=prepare,
    swap=swap,
    layer_hints=("boundaries", "wilayats", "areas", "الولايات"),
    key="",
)
