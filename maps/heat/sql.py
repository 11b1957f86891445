"""The triggers that keep the index: any app makes its table a heat layer by one migration step.

They work a statement at a time on the rows it changed (transition tables), in the writer's own
transaction: a bulk COPY adds one piece a block, and whoever writes, by ORM, by SQL or by an
import, the index is exact when the transaction commits and untouched when it does not.
"""

from dataclasses import dataclass

from django.db.migrations.operations import RunSQL

from maps.heat.lattice import BLOCK_BITS, BLOCK_CELLS, CELL_M
from maps.heat.packing import DAY_ZERO

LOCK_CLASS = 26_104  # advisory locks of the heat index: (class, layer)
# Held over a rebuild by a graph (batch/city.py): folds pass it by, a rebuild in SQL waits for it.
REBUILD_CLASS = 26_105


@dataclass(frozen=True, slots=True)
class HeatColumns:
    """SQL expressions of a row's facts, each with ``{r}`` for the row; NULL counts as 0."""

    point: str = "{r}.point"
    day: str = "{r}.reported_on"
    category: str = "{r}.category_id"
    status: str = "{r}.status"
    channel: str = "{r}.channel"
    severity: str = "{r}.severity"
    wilayat: str = "{r}.wilayat_id"
    area: str = "{r}.area_id"


def packed(rows: str, columns: HeatColumns) -> str:
    """Return the SELECT of (bx, by, hi, lo) for rows; a row that does not fit is an error."""
    c = {name: getattr(columns, name).format(r="r") for name in HeatColumns.__slots__}
    mask = BLOCK_CELLS - 1
    return f"""
      SELECT cx >> {BLOCK_BITS} AS bx, cy >> {BLOCK_BITS} AS by,
        (day::bigint << 48) | ((((cy & {mask}) << {BLOCK_BITS}) | (cx & {mask}))::bigint << 32)
          | area AS hi,
        (category::bigint << 48) | (wilayat << 32) | (status::bigint << 24)
          | (channel::bigint << 16) | (severity::bigint << 8) AS lo
      FROM (SELECT
        floor(ST_X({c["point"]}) / {CELL_M})::int AS cx,
        floor(ST_Y({c["point"]}) / {CELL_M})::int AS cy,
        {c["day"]} - date '{DAY_ZERO}' AS day,
        {c["category"]} AS category, {c["status"]} AS status, {c["channel"]} AS channel,
        {c["severity"]} AS severity, coalesce({c["wilayat"]}, 0)::bigint AS wilayat,
        coalesce({c["area"]}, 0)::bigint AS area
        FROM {rows} AS r OFFSET 0) AS facts"""  # noqa: S608 (names come from migrations)


def _add(layer: int, sign: int, select: str) -> str:
    return f"""
    INSERT INTO maps_heatpiece (layer, bx, by, sign, n, data)
    SELECT {layer}, bx, by, {sign}, count(*), string_agg(int8send(hi) || int8send(lo), ''::bytea)
    FROM ({select}) AS p GROUP BY bx, by;"""  # noqa: S608 (names come from migrations)


def _function(name: str, body: str) -> str:
    return f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN{body}
    RETURN NULL;
END $$;"""


def keep_heat(table: str, *, layer: int, columns: HeatColumns | None = None) -> RunSQL:
    """Make the migration step that indexes a table's rows and keeps the index with it."""
    c = columns or HeatColumns()
    old, new = packed("old_rows", c), packed("new_rows", c)
    name = f"{table}_heat"
    # An update that changes nothing the index holds (an address, say) adds no piece.
    gone = f"({old}) EXCEPT ALL ({new})"
    come = f"({new}) EXCEPT ALL ({old})"
    emptied = f"""
    -- No fold may be half-way: it would put back what goes now.
    PERFORM pg_advisory_xact_lock({LOCK_CLASS}, {layer});
    IF current_setting('transaction_isolation') <> 'read committed' THEN
      RAISE EXCEPTION 'TRUNCATE of {table} needs READ COMMITTED: the heat index follows it';
    END IF;
    DELETE FROM maps_heatpiece WHERE layer = {layer};"""  # noqa: S608
    made = "".join(
        (
            _function(f"{name}_insert", _add(layer, 1, new)),
            _function(f"{name}_delete", _add(layer, -1, old)),
            _function(f"{name}_update", _add(layer, -1, gone) + _add(layer, 1, come)),
            _function(f"{name}_truncate", emptied),
            f"""
CREATE TRIGGER {name}_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION {name}_insert();
CREATE TRIGGER {name}_delete AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION {name}_delete();
CREATE TRIGGER {name}_update AFTER UPDATE ON {table}
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION {name}_update();
CREATE TRIGGER {name}_truncate AFTER TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION {name}_truncate();""",
            rebuild(table, layer=layer, columns=c),
        )
    )
    parts = ("insert", "delete", "update", "truncate")
    dropped = "".join(f"DROP TRIGGER {name}_{part} ON {table};" for part in parts)
    dropped += "".join(f"DROP FUNCTION {name}_{part}();" for part in parts)
    dropped += f"DELETE FROM maps_heatpiece WHERE layer = {layer};"  # noqa: S608
    return RunSQL(made, dropped)


def rebuild(table: str, *, layer: int, columns: HeatColumns | None = None) -> str:
    """Return the statements that pack a whole table anew while writers wait."""
    return f"""
SELECT pg_advisory_xact_lock({REBUILD_CLASS}, {layer});
LOCK TABLE {table} IN SHARE MODE;
SELECT pg_advisory_xact_lock({LOCK_CLASS}, {layer});
DELETE FROM maps_heatpiece WHERE layer = {layer};
{_add(layer, 1, packed(table, columns or HeatColumns()))}"""  # noqa: S608
