"""The shares of a title sum to exactly one; owners are seen by staff alone."""

from django.db import migrations

# Asked at the end of the transaction, in whole numbers: no float could tell 1 from 1 - 1e-17.
# SECURITY DEFINER: who may add rows but sees none must be judged by all of them.
WHOLE = """
CREATE AGGREGATE lcm_of(numeric) (sfunc = lcm, stype = numeric, initcond = '1');
CREATE FUNCTION check_title(asked bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
DECLARE
  whole numeric;
  parts numeric;
BEGIN
  SELECT lcm_of(denominator) INTO whole FROM plots_titleshare WHERE title_id = asked;
  SELECT sum(numerator * div(whole, denominator)) INTO parts
  FROM plots_titleshare WHERE title_id = asked;
  IF parts IS DISTINCT FROM whole AND EXISTS (SELECT FROM plots_title WHERE id = asked) THEN
    RAISE EXCEPTION 'the shares of title % sum to %/%, not to one', asked, parts, whole
      USING ERRCODE = 'check_violation', CONSTRAINT = 'title_shares_sum_to_one';
  END IF;
END $$;
CREATE FUNCTION title_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'plots_title' THEN
    PERFORM check_title(NEW.id);
    RETURN NULL;
  END IF;
  IF TG_OP <> 'INSERT' THEN
    PERFORM check_title(OLD.title_id);
  END IF;
  IF TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND NEW.title_id <> OLD.title_id) THEN
    PERFORM check_title(NEW.title_id);
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER title_has_owners AFTER INSERT ON plots_title
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION title_is_whole();
CREATE CONSTRAINT TRIGGER title_shares_sum_to_one
AFTER INSERT OR UPDATE OR DELETE ON plots_titleshare
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION title_is_whole();
"""


def wall(table: str, seen: str) -> str:
    """Return the statements that wall a table: added to by anyone, seen by those named."""
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY added ON {table} FOR INSERT WITH CHECK (true);
CREATE POLICY seen ON {table} FOR SELECT USING ({seen});
CREATE POLICY changed ON {table} FOR UPDATE USING ({seen});
CREATE POLICY removed ON {table} FOR DELETE USING ({seen});
"""


WALLS = [
    *(wall(f"plots_{name}", "reach_is_wide()") for name in ("title", "titleshare", "titlemandate")),
    wall("plots_frozenreport", "permit_application_is_seen(application_id)"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("plots", "0015_titles_and_frozen_reports"),
        ("cases", "0006_pinned_remarks_and_sheets"),
    ]
    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (WHOLE, *WALLS)]
