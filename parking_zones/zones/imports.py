"""Import of parking zones and bays, declared to the import engine."""

from typing import Any

import numpy as np
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from municipality.importing.coverage import check_coverage
from municipality.importing.dated_swap import Dated, shape_sql, swap_versions
from municipality.importing.fields import Field, Kind
from municipality.importing.keyed_swap import Keyed, swap_by_key
from municipality.importing.parts import default_source, keys_or_shapes
from municipality.importing.rows import Rows, as_array
from municipality.importing.spec import ANY, POLYGON, Importer, Job
from municipality.words import Text
from parking_zones.zones.models import ZoneVersion

_KINDS = {
    "paid": "paid", "مواقف مدفوعة": "paid", "meter": "paid", "permit": "permit", "مواقف بتصريح": "permit",
    "residential permit": "permit",
}  # fmt: skip
_FIELDS = (
    Field(
        "number", ("number", "zone", "zone_number", "zone_no", "zone_id", "zoneid", "code", "رقم المنطقة", "المنطقة"),
        longest=12, missing="number_missing", is_key=True,
    ),
    Field("register_key", ("register_key", "uid", "id", "fid", "gid"), longest=80, else_from=("number",)),
    Field("kind", ("kind", "zone_kind", "zone_type", "type"), Kind.WORD, words=_KINDS, default="paid"),
    Field("name_ar", ("name_ar", "name:ar", "الاسم"), longest=120),
    Field("name_en", ("name_en", "name:en", "name"), longest=120, else_from=("number",)),
    Field("source", ("source",), longest=200),
)  # fmt: skip
_STAGED = {
    "number": "text", "register_key": "text", "kind": "text", "name_ar": "text",
    "name_en": "text", "source": "text",
}  # fmt: skip
_VERSIONS = Dated("parking_zones_zoneversion", "zone_id", counted=True)


def _staying(rows: Rows, job: Job) -> dict[str, NDArray[np.object_]]:
    """Zones in force that the file does not name; a full file leaves none."""
    if job.extent == "full":
        return {}
    held = ZoneVersion.objects.filter(valid__contains=job.on)
    others = held.exclude(zone__number__in=rows.values["number"].to_pylist())
    found: dict[str, list[bytes]] = {}
    for kind, shape in others.values_list("zone__kind", "boundary"):
        found.setdefault(kind, []).append(bytes(shape.wkb))
    return {kind: shapely.from_wkb(np.array(wkb, dtype=object)) for kind, wkb in found.items()}


def prepare(rows: Rows, job: Job) -> None:
    """The checks of zones: each kind is a coverage, also with the zones that stay."""
    values = rows.values
    values["name_en"] = as_array(
        pc.coalesce(values["name_en"], values["name_ar"], values["number"])
    )
    values["name_ar"] = as_array(pc.coalesce(values["name_ar"], values["name_en"]))
    values["register_key"] = as_array(pc.coalesce(values["register_key"], values["number"]))
    default_source(rows, job)
    with rows.check("coverage"):
        check_coverage(rows, groups=values["kind"].to_pylist(), staying=_staying(rows, job))


def swap(cursor: Any, job: Job) -> dict[str, Any]:
    """Let the zones hold from the day on; unchanged ones keep their version."""
    cursor.execute(
        "INSERT INTO parking_zones_zone AS z (number, kind, name_ar, name_en, register_key) "
        "SELECT number, kind, name_ar, name_en, register_key FROM incoming "
        "ON CONFLICT (number) DO UPDATE SET kind = excluded.kind, name_ar = excluded.name_ar, "
        "name_en = excluded.name_en WHERE (z.kind, z.name_ar, z.name_en) "
        "IS DISTINCT FROM (excluded.kind, excluded.name_ar, excluded.name_en)"
    )
    cursor.execute(
        "CREATE TEMP TABLE wanted ON COMMIT DROP AS SELECT z.id AS owner, "
        f"{shape_sql()} AS boundary, n.source FROM incoming n "
        "JOIN parking_zones_zone z ON z.number = n.number"
    )
    cursor.execute("CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT owner FROM wanted")
    gone = "v.zone_id NOT IN (SELECT owner FROM kept)" if job.extent == "full" else "false"
    return dict(swap_versions(cursor, _VERSIONS, wanted="wanted", on=job.on, retire=gone))


ZONES = Importer(
    kind="zones",
    title=Text("مناطق المواقف", "Parking zones"),
    shape=POLYGON,
    fields=_FIELDS,
    staged=_STAGED,
    prepare=prepare,
    swap=swap,
    layer_hints=("zones", "parking_zones"),
    key="number",
)

_BAY_KINDS = {
    "public": "public", "عام": "public", "grey": "public", "gray": "public",
    "reserved": "reserved", "محجوز": "reserved",
    "disabled": "disabled", "ذوو الإعاقة": "disabled", "blue": "disabled",
    "ambulance": "ambulance", "إسعاف": "ambulance", "bus": "bus", "حافلات": "bus",
    "taxi": "taxi", "سيارات أجرة": "taxi", "brown": "taxi",
}  # fmt: skip
_BAY_FIELDS = (
    Field("register_key", ("register_key", "bay_id", "post_id", "objectid", "id", "pk", "fid", "gid"), longest=80, is_key=True),
    Field("kind", ("kind", "bay_kind", "cap_color", "type"), Kind.WORD, words=_BAY_KINDS, default="public"),
    Field("stalls", ("stalls", "bays", "capacity", "spaces"), Kind.WHOLE, most=10_000),
    Field("source", ("source",), longest=200),
)  # fmt: skip
_BAYS = Keyed(
    table="parking_zones_bay", shape="shape", facts=("kind", "stalls"), multi=False,
    # a bay that a permit holds, or that is asked for, stays whatever a survey shows
    stays="EXISTS (SELECT FROM parking_zones_parkingpermit p WHERE p.bay_id = t.id) "
    "OR EXISTS (SELECT FROM parking_zones_permitrequest r WHERE r.bay_id = t.id)",
)  # fmt: skip


def _prepare_bays(rows: Rows, job: Job) -> None:
    with rows.check("keys"):
        keys_or_shapes(rows, rows.values["register_key"])
    rows.values["stalls"] = as_array(rows.values["stalls"].fill_null(1))
    default_source(rows, job)


def _swap_bays(cursor: Any, job: Job) -> dict[str, Any]:
    """Move the bays into place; the zone of each is where it lies, whatever a file says."""
    return swap_by_key(cursor, _BAYS, job)


BAYS = Importer(
    kind="bays",
    title=Text("المواقف", "Parking bays"),
    shape=ANY,
    fields=_BAY_FIELDS,
    staged={
        "register_key": "text",
        "kind": "text",
        "stalls": "integer",
        "source": "text",
    },
    prepare=_prepare_bays,
    swap=_swap_bays,
    layer_hints=("bays", "meters"),
    key="register_key",
    unique_shapes=False,
)

__all__ = ["BAYS", "ZONES"]
