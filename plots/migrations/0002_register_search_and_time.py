"""Look-up of numbers in any script, and past versions that end before the present begins."""

from django.db import migrations

SEARCH = """
CREATE INDEX plot_number_folded ON plots_plot (ar_fold(number) text_pattern_ops);
CREATE INDEX plot_old_number_folded ON plots_plot (ar_fold(old_number) text_pattern_ops)
  WHERE old_number <> '';
CREATE INDEX plot_krooki_folded ON plots_plot (ar_fold(krooki_number) text_pattern_ops)
  WHERE krooki_number <> '';
CREATE INDEX plot_former_number_folded ON plots_plotnumber (ar_fold(number) text_pattern_ops);
"""

TIME = """
CREATE FUNCTION plot_version_before_present() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE present daterange;
BEGIN
  SELECT valid INTO present FROM plots_plot WHERE id = NEW.plot_id;
  IF upper(NEW.valid) > lower(present) THEN
    RAISE EXCEPTION 'A past version of plot % ends on %, after its present version began on %',
      NEW.plot_id, upper(NEW.valid), lower(present) USING ERRCODE = 'exclusion_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER plot_version_before_present AFTER INSERT OR UPDATE ON plots_plotversion
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION plot_version_before_present();
CREATE FUNCTION plot_version_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'Past versions of plots are never edited or removed'
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER plot_version_is_history BEFORE UPDATE OR DELETE ON plots_plotversion
  FOR EACH ROW EXECUTE FUNCTION plot_version_is_history();
"""

UNDO_TIME = """
DROP TRIGGER plot_version_is_history ON plots_plotversion;
DROP FUNCTION plot_version_is_history();
DROP TRIGGER plot_version_before_present ON plots_plotversion;
DROP FUNCTION plot_version_before_present();
"""

UNDO_SEARCH = """
DROP INDEX plot_number_folded, plot_old_number_folded, plot_krooki_folded,
  plot_former_number_folded;
"""


class Migration(migrations.Migration):
    dependencies = [("plots", "0001_register")]

    operations = [
        migrations.RunSQL(SEARCH, UNDO_SEARCH),
        migrations.RunSQL(TIME, UNDO_TIME),
    ]
