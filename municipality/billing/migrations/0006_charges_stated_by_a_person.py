"""Whoever states a capture is written on the charge, and decides on no refund of it."""

from django.db import migrations, models

WALLS = """
CREATE FUNCTION billing_stated_by_others() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM billing_charge c WHERE c.id = NEW.charge_id
      AND (c.stated_by_id IN (NEW.decided_by_id, NEW.decided_for_id)
           OR c.stated_for_id IN (NEW.decided_by_id, NEW.decided_for_id))) THEN
    RAISE EXCEPTION 'another person than the one who stated the capture decides'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER billing_stated_by_others BEFORE INSERT OR UPDATE ON billing_refund
  FOR EACH ROW EXECUTE FUNCTION billing_stated_by_others();

CREATE FUNCTION billing_statement_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.stated_by_id IS NOT NULL AND (NEW.stated_by_id, NEW.stated_for_id, NEW.stated_by_name)
      IS DISTINCT FROM (OLD.stated_by_id, OLD.stated_for_id, OLD.stated_by_name) THEN
    RAISE EXCEPTION 'who stated a capture is frozen' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER billing_statement_is_frozen BEFORE UPDATE ON billing_charge
  FOR EACH ROW EXECUTE FUNCTION billing_statement_is_frozen();
"""
NO_WALLS = """
DROP TRIGGER billing_statement_is_frozen ON billing_charge;
DROP FUNCTION billing_statement_is_frozen();
DROP TRIGGER billing_stated_by_others ON billing_refund;
DROP FUNCTION billing_stated_by_others();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0005_walls_of_money")]
    operations = [
        migrations.AddField(
            model_name="charge",
            name="stated_by_id",
            field=models.BigIntegerField(
                blank=True, help_text="who settled it by the bank's statement", null=True
            ),
        ),
        migrations.AddField(
            model_name="charge",
            name="stated_for_id",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="charge",
            name="stated_by_name",
            field=models.CharField(blank=True, default="", max_length=150),
            preserve_default=False,
        ),
        migrations.RunSQL(WALLS, NO_WALLS),
    ]
