"""The first import fills an empty register faster without its indexes, and makes them after.

The application's role owns no table, so the owner lends it two functions that do only this,
and only while the register is empty.  The definitions are kept in a temporary table of the
owner in between, which the borrower cannot write.
"""

from django.db import migrations

MAKE = """
CREATE FUNCTION plots_before_first_import() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public AS $$
DECLARE one record;
BEGIN
  IF NOT has_table_privilege(session_user, 'plots_plot', 'INSERT') THEN
    RAISE insufficient_privilege;
  END IF;
  LOCK TABLE plots_plot IN ACCESS EXCLUSIVE MODE;
  IF EXISTS (SELECT FROM plots_plot) THEN RETURN; END IF;
  CREATE TEMP TABLE plots_indexes ON COMMIT DROP AS
    SELECT i.indexname, i.indexdef FROM pg_indexes i
    WHERE i.schemaname = 'public' AND i.tablename = 'plots_plot'
      AND i.indexdef NOT LIKE 'CREATE UNIQUE%';
  FOR one IN SELECT indexname FROM plots_indexes LOOP
    EXECUTE format('DROP INDEX %I', one.indexname);
  END LOOP;
END $$;
CREATE FUNCTION plots_after_first_import() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public SET maintenance_work_mem = '256MB' AS $$
DECLARE one record;
BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_class WHERE oid = to_regclass('pg_temp.plots_indexes')
      AND relowner = current_user::regrole  -- nobody else's list of commands
  ) THEN RETURN; END IF;
  SET CONSTRAINTS ALL IMMEDIATE;
  FOR one IN SELECT indexdef FROM pg_temp.plots_indexes LOOP
    EXECUTE one.indexdef;
  END LOOP;
  DROP TABLE pg_temp.plots_indexes;
END $$;
"""
UNDO = "DROP FUNCTION plots_before_first_import(), plots_after_first_import();"


class Migration(migrations.Migration):
    dependencies = [("plots", "0003_index_web_copies")]

    operations = [migrations.RunSQL(MAKE, UNDO)]
