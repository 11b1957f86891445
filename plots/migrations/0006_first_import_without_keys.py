"""The first import also fills the register without its unique key and its foreign keys.

They are made again, and so checked, before the transaction ends; a row that breaks one takes
the whole import back.
"""

from django.db import migrations

MAKE = """
CREATE OR REPLACE FUNCTION plots_before_first_import() RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public AS $$
DECLARE one record;
BEGIN
  IF NOT has_table_privilege(session_user, 'plots_plot', 'INSERT') THEN
    RAISE insufficient_privilege;
  END IF;
  LOCK TABLE plots_plot IN ACCESS EXCLUSIVE MODE;
  IF EXISTS (SELECT FROM plots_plot) THEN RETURN; END IF;
  CREATE TEMP TABLE plots_indexes ON COMMIT DROP AS
    SELECT format('DROP INDEX %I', i.indexname) AS away, i.indexdef AS back
    FROM pg_indexes i WHERE i.schemaname = 'public' AND i.tablename = 'plots_plot'
      AND i.indexdef NOT LIKE 'CREATE UNIQUE%'
    UNION ALL
    SELECT format('ALTER TABLE plots_plot DROP CONSTRAINT %I', c.conname),
      format('ALTER TABLE plots_plot ADD CONSTRAINT %I %s', c.conname, pg_get_constraintdef(c.oid))
    FROM pg_constraint c WHERE c.conrelid = 'plots_plot'::regclass AND c.contype IN ('u', 'f');
  FOR one IN SELECT away FROM plots_indexes LOOP EXECUTE one.away; END LOOP;
END $$;
CREATE OR REPLACE FUNCTION plots_after_first_import() RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public SET maintenance_work_mem = '256MB' AS $$
DECLARE one record;
BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_class WHERE oid = to_regclass('pg_temp.plots_indexes')
      AND relowner = current_user::regrole  -- nobody else's list of commands
  ) THEN RETURN; END IF;
  FOR one IN SELECT back FROM pg_temp.plots_indexes LOOP EXECUTE one.back; END LOOP;
  DROP TABLE pg_temp.plots_indexes;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("plots", "0005_index_present_plots")]

    operations = [migrations.RunSQL(MAKE, migrations.RunSQL.noop)]
