"""Numbers from a sequence, and the walls: who is not on a case sees no row of it."""

from django.db import migrations

TABLES = ("party", "document", "remark", "said")

NUMBERS = "CREATE SEQUENCE cases_number"

SEEN = """
CREATE FUNCTION case_is_seen(wanted bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path FROM CURRENT AS $$
  SELECT EXISTS (
    SELECT FROM cases_party p WHERE p.case_id = wanted
      AND current_setting('geo.reach', true) = 'own'
      AND (p.person_id = nullif(current_setting('geo.person', true), '')::bigint
        OR p.consultancy_id = ANY (nullif(current_setting('geo.offices', true), '')::bigint[]))) $$;
CREATE FUNCTION reach_is_wide() RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce(current_setting('geo.reach', true), '') IN ('staff', 'system') $$;
"""


def wall(table: str, seen: str) -> str:
    """Return the statements that wall a table: added to by anyone, seen by those on the case."""
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY added ON {table} FOR INSERT WITH CHECK (true);
CREATE POLICY seen ON {table} FOR SELECT USING ({seen});
CREATE POLICY changed ON {table} FOR UPDATE USING ({seen});
CREATE POLICY removed ON {table} FOR DELETE USING ({seen});
"""


WALLS = [
    wall("cases_case", "reach_is_wide() OR case_is_seen(id)"),
    *(wall(f"cases_{table}", "reach_is_wide() OR case_is_seen(case_id)") for table in TABLES),
    wall(
        "history_entry",
        "reach_is_wide() OR CASE WHEN stream ~ '^case/[0-9]+$' "
        "THEN case_is_seen(substr(stream, 6)::bigint) "
        "ELSE stream = 'person/' || nullif(current_setting('geo.person', true), '') END",
    ),
    "ALTER FUNCTION history_chain() SECURITY DEFINER;",
]


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_cases"), ("history", "0001_history")]
    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (NUMBERS, SEEN, *WALLS)]
