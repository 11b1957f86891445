"""Import of layers: roads, the planning themes of the profile, and guests the profile does not know."""

from typing import Any

from municipality import crs
from municipality.conf import PROFILE
from municipality.importing.fields import Field
from municipality.importing.parts import attributes, default_source, fill_texts
from municipality.importing.rows import Rows
from municipality.importing.spec import ANY, Importer, Job, NoSwap
from municipality.words import Text
from plots.register.road_imports import ROADS

_FIELDS = (
    Field("register_key", ("register_key", "id", "fid", "gid", "osm_id", "objectid"), longest=80),
    Field("name_ar", ("name_ar", "name:ar", "الاسم"), longest=160),
    Field("name_en", ("name_en", "name:en", "name", "nom"), longest=160),
    Field("source", ("source",), longest=200),
)
_STAGED = {
    "register_key": "text", "name_ar": "text", "name_en": "text", "source": "text",
    "attributes": "jsonb",
}  # fmt: skip
_SAME = """
SELECT (SELECT md5(string_agg(d, '' ORDER BY d)) FROM
        (SELECT md5(concat_ws('|', register_key, ST_AsBinary(shape), attributes::text)) AS d
         FROM {table} WHERE layer_id = %(layer)s) held)
   IS NOT DISTINCT FROM
       (SELECT md5(string_agg(d, '' ORDER BY d)) FROM
        (SELECT md5(concat_ws('|', register_key, ST_AsBinary(shape), attributes::text)) AS d
         FROM incoming) brought)
"""


def _prepare(rows: Rows, job: Job) -> None:
    rows.values["attributes"] = attributes(rows)
    fill_texts(rows, "register_key", "name_ar", "name_en")
    default_source(rows, job)


def _is_same(cursor: Any, table: str, layer: int) -> bool:
    """Tell whether a layer holds exactly what the file brings."""
    cursor.execute(_SAME.format(table=table), {"layer": layer})
    return bool(cursor.fetchone()[0])


def _done(count: int, *, same: bool, theme: str) -> dict[str, Any]:
    return {
        "inserted": 0 if same else count,
        "changed": 0,
        "unchanged": count if same else 0,
        "theme": theme,
    }


def _swap_theme(cursor: Any, job: Job) -> dict[str, Any]:
    """Let a new layer of the theme hold from the day on; the one before is closed, not lost."""
    names = PROFILE.themes[job.theme]
    cursor.execute(
        "INSERT INTO plots_theme (code, name_ar, name_en, position) VALUES (%s, %s, %s, %s) "
        "ON CONFLICT (code) DO NOTHING",
        [job.theme, names["name_ar"], names["name_en"], list(PROFILE.themes).index(job.theme)],
    )
    cursor.execute("SELECT id FROM plots_theme WHERE code = %s", [job.theme])
    theme = cursor.fetchone()[0]
    cursor.execute("SELECT count(*), min(source) FROM incoming")
    count, source = cursor.fetchone()
    cursor.execute(
        "SELECT id, lower(valid) > %s FROM plots_themelayer "
        "WHERE theme_id = %s AND NOT isempty(valid) AND upper(valid) IS NULL",
        [job.on, theme],
    )
    current = cursor.fetchone()
    if current and current[1]:
        raise NoSwap(
            "present_began_later",
            Text(
                f"الطبقة المعتمدة تبدأ بعد {job.on}؛ اختر تاريخًا لاحقًا بالخيار --on.",
                f"The layer in force began after {job.on}; choose a later day with --on.",
            ),
        )
    if current and _is_same(cursor, "plots_themefeature", current[0]):
        return _done(count, same=True, theme=job.theme)
    if current:
        cursor.execute(
            "UPDATE plots_themelayer SET valid = daterange(lower(valid), %s) WHERE id = %s",
            [job.on, current[0]],
        )
    cursor.execute(
        "INSERT INTO plots_themelayer (theme_id, valid, source, as_of) "
        "VALUES (%s, daterange(%s, NULL), %s, %s) RETURNING id",
        [theme, job.on, source, job.options.get("as_of", job.on)],
    )
    layer = cursor.fetchone()[0]
    cursor.execute(
        "INSERT INTO plots_themefeature (layer_id, register_key, name_ar, name_en, shape, attributes) "
        f"SELECT %s, register_key, name_ar, name_en, ST_SetSRID(shape, {crs.METRIC}), attributes "
        "FROM incoming",
        [layer],
    )
    return _done(count, same=False, theme=job.theme)


def _swap_guest(cursor: Any, job: Job) -> dict[str, Any]:
    """Replace a guest layer whole; it takes part in no rule and keeps longitude and latitude."""
    cursor.execute("SELECT count(*), min(source) FROM incoming")
    count, source = cursor.fetchone()
    title = job.theme.replace("_", " ").title()
    cursor.execute(
        "INSERT INTO maps_guestlayer (code, name_ar, name_en, source, imported_at) "
        "VALUES (%s, %s, %s, %s, %s) ON CONFLICT (code) DO UPDATE SET source = excluded.source "
        "RETURNING id",
        [job.theme, title, title, source, job.at],
    )
    layer = cursor.fetchone()[0]
    if _is_same(cursor, "maps_guestfeature", layer):
        return {**_done(count, same=True, theme=job.theme), "guest": True}
    cursor.execute("DELETE FROM maps_guestfeature WHERE layer_id = %s", [layer])
    retired = cursor.rowcount
    cursor.execute(
        "INSERT INTO maps_guestfeature (layer_id, register_key, shape, attributes) "
        f"SELECT %s, register_key, ST_SetSRID(shape, {crs.LONLAT}), attributes FROM incoming",
        [layer],
    )
    cursor.execute("UPDATE maps_guestlayer SET imported_at = %s WHERE id = %s", [job.at, layer])
    return {**_done(count, same=False, theme=job.theme), "retired": retired, "guest": True}


def LAYER(theme: str) -> Importer:  # noqa: N802 (named like the other importers of the wiring)
    """Return the importer of a theme: roads, a planning theme, or a guest layer."""
    if theme == "roads":
        return ROADS
    known = theme in PROFILE.themes
    names = PROFILE.themes.get(theme, {"name_ar": theme, "name_en": theme})
    return Importer(
        kind=f"layer:{theme}",
        title=Text(str(names["name_ar"]), str(names["name_en"])),
        shape=ANY,
        fields=_FIELDS,
        staged=_STAGED,
        prepare=_prepare,
        swap=_swap_theme if known else _swap_guest,
        layer_hints=(theme,),
        osm_layer="lines",
        unique_shapes=False,
        keeps_lonlat=not known,
    )


__all__ = ["LAYER"]
