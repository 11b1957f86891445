"""Import of the ground register: plots and buildings, declared to the import engine."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from django.db import connection

from municipality.importing import tolerances as limit
from municipality.importing.datum import (
    against_boundaries,
    against_ground,
    against_neighbours,
    against_plots,
    against_register,
)
from municipality.importing.fields import Field, Kind
from municipality.importing.overlaps import find_overlaps
from municipality.importing.parts import default_source, fill_texts, joined, keys_or_shapes
from municipality.importing.placing import boundaries, inside_which, place
from municipality.importing.rows import Rows, as_array, only, repeated
from municipality.importing.spec import POLYGON, Importer, Job
from municipality.importing.words import USE_WORDS
from municipality.places.models import WilayatVersion
from municipality.words import Text
from plots.register import building_swap, first_import, plot_swap
from plots.register.ground import Ground
from plots.register.holding import NO_PLOT, holders
from plots.register.models import Plot

_LIMITS = (
    Field("setback_front_m", ("setback_front_m", "sb_front", "setback_front"), Kind.NUMBER, most=200),
    Field("setback_side_m", ("setback_side_m", "sb_side", "setback_side"), Kind.NUMBER, most=200),
    Field("setback_rear_m", ("setback_rear_m", "sb_back", "sb_rear", "setback_rear"), Kind.NUMBER, most=200),
    Field("coverage_pct", ("coverage_pct", "b_area", "coverage"), Kind.NUMBER, most=100),
    Field("built_up_pct", ("built_up_pct", "far_pct", "built_up"), Kind.NUMBER, most=5_000),
    Field("floors", ("floors", "floore", "storeys", "no_floors"), Kind.WHOLE, most=300),
    Field("height_m", ("height_m", "height"), Kind.NUMBER, most=1_000),
    Field("parking_bays", ("parking_bays", "parking"), Kind.WHOLE, most=30_000),
)  # fmt: skip

PLOT_FIELDS = (
    Field(
        "register_key",
        ("register_key", "plotuid", "plot_uid", "uid", "parcel_id", "parcelid", "idu", "id",
         "national_cadastral_reference", "gid", "pk", "objectid"),
        longest=80, is_key=True,
    ),
    Field(
        "number",
        ("newplotno", "new_plot_no", "number", "plotno", "plot_no", "plotnum", "plot_number",
         "numero", "parcel", "parcelno", "parcel_no", "parcel_number", "lot", "label", "no",
         "رقم القطعة", "رقم_القطعة", "القطعة"),
        longest=40, missing="number_missing", is_key=True, else_from=("register_key",),
    ),
    Field("old_number", ("old_number", "oldplotno", "old_plot_no", "plotno", "plot_no"), longest=40),
    Field("krooki_number", ("krooki_number", "krookino", "krooki_no", "krooki", "رقم الكروكي"), longest=60),
    Field("block", ("block", "section", "sheet", "المربع", "blockno"), longest=40),
    Field(
        "use_class", ("use_class", "landuse", "land_use", "plotusagecd", "usage", "use", "استعمال الأرض"),
        Kind.WORD, words=USE_WORDS, default="undefined", unknown="unknown_use_class",
    ),
    Field(
        "registered_area_m2",
        ("registered_area_m2", "plotarea", "area_sq_m2", "area_m2", "contenance", "area_sqm", "المساحة"),
        Kind.NUMBER, most=1e9,
    ),
    Field("wilayat", ("wilayat", "wilayatname_a", "wilayatname_e", "wilayat_ar", "wilayat_en", "الولاية"), longest=120),
    Field("area", ("area_name", "newhousingareaname_e", "newhousingareaname_a", "housing_area", "village", "المنطقة"), longest=120),
    Field("phase", ("phase", "newphasesname_e", "phase_no", "المرحلة"), longest=40),
    *_LIMITS,
    Field("limits_source", ("limits_source", "plan_source"), longest=200),
    Field("source", ("source", "المصدر"), longest=200),
)  # fmt: skip


def _compose_keys(rows: Rows) -> None:
    """Where the file has no key column, place and number together are the key."""
    if "register_key" in rows.columns.fields:
        rows.mark(
            "key_missing", rows.good & ~rows.values["register_key"].is_valid().to_numpy(False)
        )
        return
    parts = [rows.values[n].fill_null("") for n in ("wilayat", "area", "phase", "block", "number")]
    key = pc.binary_join_element_wise(*parts, pa.scalar("/", pa.large_string()))
    rows.values["register_key"] = as_array(pc.utf8_slice_codeunits(pc.utf8_ltrim(key, "/"), 0, 80))
    rows.mark("duplicate_key", repeated(rows.values["register_key"], rows.good))


def _held(rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    """Rows whose key is in the register, and the centre of the plot registered under it."""
    keys = rows.values["register_key"].to_pylist()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT register_key, ST_X(c), ST_Y(c) FROM (SELECT register_key, "
            "ST_Centroid(boundary) AS c FROM plots_plot WHERE upper_inf(valid) "
            "AND register_key = ANY(%s)) p",
            [keys],
        )
        held = {key: (x, y) for key, x, y in cursor.fetchall()}
    good = rows.good
    where = np.array([r for r, k in enumerate(keys) if good[r] and k in held], dtype=np.int64)
    return where, np.array([held[keys[r]] for r in where]).reshape(-1, 2)


def compare_areas(rows: Rows) -> None:
    """Compare the drawn area with the registered one, as shares of the registered."""
    registered = rows.values["registered_area_m2"].to_numpy(zero_copy_only=False)
    drawn = shapely.area(only(rows.good, rows.shapes))
    known = rows.good & np.isfinite(registered) & (registered > 0)
    with np.errstate(all="ignore"):
        differs = np.abs(drawn - registered) / registered
    for share in limit.REGISTERED_DIFFERS:
        rows.mark(f"area_differs_{round(share * 100)}", known & (differs > share))
    if "registered_area_m2" in rows.columns.fields:
        rows.mark("area_not_registered", rows.good & ~known)


def _overlaps(rows: Rows, srid: int) -> None:
    found = find_overlaps(only(rows.good, rows.shapes))
    found = found.without(against_neighbours(rows, found, srid=srid))
    rows.mark("overlaps_neighbour", found.touched(rows.count) & rows.good)
    for first, second, shared in zip(
        found.first[:5_000], found.second, found.shared_m2, strict=False
    ):
        for row, other in ((first, second), (second, first)):
            rows.details.setdefault(int(row), []).append(f"{shared:.1f} m2 with row {other + 1}")


def _against_registered(rows: Rows, srid: int) -> None:
    """Hold rows of known keys against the plots of these, all others against the ground."""
    where, held = _held(rows)
    against_register(rows, srid=srid, where=where, held=held)
    unknown = np.setdiff1d(np.flatnonzero(rows.good), where)
    against_ground(rows, srid=srid, unknown=unknown, ground=Ground())


def prepare_plots(rows: Rows, job: Job) -> None:
    """The register's own checks: keys, places, datum, areas, overlaps."""
    srid = int(rows.srid)
    with rows.check("keys"):
        _compose_keys(rows)
    with rows.check("places"):
        found = place(rows, on=job.on)
    with rows.check("datum"):
        if Plot.objects.exists():
            _against_registered(rows, srid)
        known = boundaries(WilayatVersion, on=job.on)
        against_boundaries(rows, srid=srid, found=found, inside=lambda p: inside_which(p, *known))
    with rows.check("registered_area"):
        compare_areas(rows)
    fill_texts(rows, "old_number", "krooki_number", "block", "limits_source")
    default_source(rows, job)


def check_overlaps(rows: Rows, job: Job) -> None:
    """Name plots that overlap beyond the tolerance; refuse those that lie in another datum."""
    with rows.check("overlaps"):
        _overlaps(rows, int(rows.srid))


PLOTS = Importer(
    kind="plots",
    title=Text("القطع", "Plots"),
    shape=POLYGON,
    fields=PLOT_FIELDS,
    staged=plot_swap.STAGED,
    prepare=prepare_plots,
    swap=plot_swap.swap,
    late=check_overlaps,
    fill=first_import.fill,
    layer_hints=("plots", "parcels", "parcelles", "cadastre", "القطع"),
    key="register_key",
)

BUILDING_FIELDS = (
    Field(
        "register_key",
        ("register_key", "building_id", "buildingid", "uid", "fid", "id", "osm_way_id", "osm_id",
         "gid", "pk", "objectid"),
        longest=80, is_key=True,
    ),
    Field("osm_id", ("osm_id",), longest=40),
    Field("use_class", ("use_class", "building", "use", "usage", "landuse"), Kind.WORD,
          words=USE_WORDS, default="undefined", unknown="unknown_use_class"),
    Field("name_ar", ("name_ar", "name:ar", "الاسم"), longest=120),
    Field("name_en", ("name_en", "name:en", "name", "nom"), longest=120),
    Field("floors", ("floors", "building:levels", "levels", "storeys"), Kind.WHOLE, most=300),
    Field("height_m", ("height_m", "height"), Kind.NUMBER, most=1_000),
    Field("source", ("source", "المصدر"), longest=200),
)  # fmt: skip


def _building_keys(rows: Rows) -> None:
    """OpenStreetMap counts ways and relations apart: the kind goes into the key."""
    key = rows.values["register_key"]
    if rows.opened.kind.startswith("osm"):
        key = pc.coalesce(joined("w", key), joined("r", rows.values["osm_id"]))
    keys_or_shapes(rows, key)


def _open_plots() -> tuple[np.ndarray, np.ndarray]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, ST_AsBinary(boundary) FROM plots_plot WHERE upper_inf(valid) ORDER BY id"
        )
        found = cursor.fetchall()
    ids = np.array([row[0] for row in found], dtype=np.int64)
    return ids, shapely.from_wkb(np.array([bytes(row[1]) for row in found], dtype=object))


def _on_plots(rows: Rows, ids: np.ndarray, tree: shapely.STRtree) -> None:
    """Give each building the plot that holds most of it, and tell who crosses a plot line."""
    plot = np.full(rows.count, NO_PLOT, dtype=np.int64)
    crosses = rows.none()
    good = np.flatnonzero(rows.good)
    if len(ids) and len(good):
        plot[good], held = holders(rows.shapes[good], ids=ids, tree=tree)
        beyond = shapely.area(rows.shapes[good]) - held
        crosses[good] = (plot[good] != NO_PLOT) & (beyond > limit.CROSSES_M2)
    rows.values["plot_id"] = pa.array(plot, mask=plot == NO_PLOT)
    rows.values["crosses_plots"] = pa.array(crosses)
    rows.mark("crosses_plots", crosses)
    if len(ids):
        rows.mark("no_plot", rows.good & (plot == NO_PLOT))


def prepare_buildings(rows: Rows, job: Job) -> None:
    """The checks of buildings: keys, datum, and the plot each stands on."""
    with rows.check("keys"):
        _building_keys(rows)
    ids, shapes = _open_plots()
    tree = shapely.STRtree(shapes)
    with rows.check("datum"):
        against_plots(
            rows, srid=int(rows.srid), whole=lambda s: tree.query(s, predicate="covered_by")[0]
        )
    with rows.check("on_plots"):
        _on_plots(rows, ids, tree)
    fill_texts(rows, "name_ar", "name_en")
    default_source(rows, job)


BUILDINGS = Importer(
    kind="buildings",
    title=Text("المباني", "Buildings"),
    shape=POLYGON,
    fields=BUILDING_FIELDS,
    staged=building_swap.STAGED,
    prepare=prepare_buildings,
    swap=building_swap.swap,
    layer_hints=("buildings", "batiments", "building", "المباني"),
    osm_layer="multipolygons",
    key="register_key",
)
