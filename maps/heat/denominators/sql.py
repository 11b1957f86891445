"""Triggers that note which denominators a statement may have changed.

They add a row and touch none: writers of plots and roads never wait for one another, as they
would for a stamp that each of them raises.
"""

from django.db.migrations.operations import RunSQL


def note_changes(table: str, *denominators: str) -> RunSQL:
    """Make the migration step that lets the job build denominators anew after ``table`` changed."""
    name = f"{table}_ground"
    rows = ", ".join(f"('{one}')" for one in denominators)
    return RunSQL(
        f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO maps_heatchange (denominator) VALUES {rows};
  RETURN NULL;
END $$;
CREATE TRIGGER {name} AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION {name}();""",  # noqa: S608 (names come from migrations)
        f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();",
    )
