"""One bill for several, and the return of one of its lines: what the database itself refuses."""

import django.db.models.deletion
from django.db import migrations, models

WALLS = """
-- A bill is paid with a joint bill once: when it is due, in the move to paid, under a receipt of
-- that one, which has a line that gathers it.
CREATE OR REPLACE FUNCTION billing_bill_is_frozen() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public AS $$
BEGIN
  IF to_jsonb(NEW) - 'state' - 'paid_with_id' <> to_jsonb(OLD) - 'state' - 'paid_with_id' THEN
    RAISE EXCEPTION 'a bill is frozen: issue a new version' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state <> OLD.state AND NOT EXISTS (SELECT 1 FROM billing_edge
      WHERE thing = 'bill' AND start = OLD.state AND "end" = NEW.state) THEN
    RAISE EXCEPTION 'a bill does not go from % to %', OLD.state, NEW.state
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.paid_with_id IS DISTINCT FROM OLD.paid_with_id AND NOT (
      OLD.paid_with_id IS NULL AND OLD.state = 'due' AND NEW.state = 'paid'
      AND NOT EXISTS (SELECT 1 FROM billing_receipt WHERE bill_id = NEW.id)
      AND EXISTS (SELECT 1 FROM billing_receipt r JOIN billing_billline l ON l.bill_id = r.bill_id
                  WHERE r.bill_id = NEW.paid_with_id AND l.gathers_id = NEW.id)) THEN
    RAISE EXCEPTION 'a bill is paid with a joint bill once, under its receipt'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION billing_receipt_is_of_its_charge() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM billing_charge c JOIN billing_bill b ON b.id = c.bill_id
      WHERE c.id = NEW.charge_id AND b.id = NEW.bill_id AND c.state = 'captured'
        AND b.paid_with_id IS NULL
        AND c.captured_baisa = NEW.amount_baisa AND b.total_baisa = NEW.amount_baisa) THEN
    RAISE EXCEPTION 'a receipt is of one captured charge of the bill''s whole amount'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION billing_line_gathers_a_due_bill() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM billing_bill part JOIN billing_bill joint ON joint.id = NEW.bill_id
      WHERE part.id = NEW.gathers_id AND part.id < joint.id AND part.state = 'due'
        AND part.total_baisa = NEW.amount_baisa AND part.purpose = joint.purpose
        AND NOT EXISTS (SELECT 1 FROM billing_billline l
                        WHERE l.bill_id = part.id AND l.gathers_id IS NOT NULL)) THEN
    RAISE EXCEPTION 'a joint bill gathers older bills that are due, each at its whole amount'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER billing_line_gathers_a_due_bill BEFORE INSERT ON billing_billline
  FOR EACH ROW WHEN (NEW.gathers_id IS NOT NULL)
  EXECUTE FUNCTION billing_line_gathers_a_due_bill();

-- The charge's row is the queue of those who give it back: each sees what the one before asked.
CREATE FUNCTION billing_refund_is_within_its_charge() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public AS $$
DECLARE taken bigint; going bigint;
BEGIN
  IF NEW.state = 'refused' THEN RETURN NULL; END IF;
  SELECT captured_baisa INTO taken FROM billing_charge
    WHERE id = NEW.charge_id FOR NO KEY UPDATE;
  SELECT sum(amount_baisa) INTO going FROM billing_refund
    WHERE charge_id = NEW.charge_id AND state <> 'refused';
  IF going > coalesce(taken, 0) THEN
    RAISE EXCEPTION 'charge % took %, and % would go back', NEW.charge_id, taken, going
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.line_id IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM billing_billline l JOIN billing_charge c ON c.bill_id = l.bill_id
        JOIN billing_bill part ON part.id = l.gathers_id
      WHERE l.id = NEW.line_id AND c.id = NEW.charge_id AND l.amount_baisa = NEW.amount_baisa
        AND (NEW.kind = 'second_capture') = (part.paid_with_id IS DISTINCT FROM l.bill_id)) THEN
    RAISE EXCEPTION 'what goes back of a joint payment is a whole line that it paid, or could not'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER billing_refund_is_within_its_charge AFTER INSERT OR UPDATE ON billing_refund
  FOR EACH ROW EXECUTE FUNCTION billing_refund_is_within_its_charge();
"""
NO_WALLS = """
DROP TRIGGER billing_refund_is_within_its_charge ON billing_refund;
DROP FUNCTION billing_refund_is_within_its_charge();
DROP TRIGGER billing_line_gathers_a_due_bill ON billing_billline;
DROP FUNCTION billing_line_gathers_a_due_bill();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0009_prices_of_parking_permits"),
        ("places", "0004_fold_plain_text_sooner"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="refund",
            name="refund_one_a_charge",
        ),
        migrations.AddField(
            model_name="bill",
            name="paid_with",
            field=models.ForeignKey(
                blank=True,
                help_text="the joint bill whose money paid this one",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="paid_parts",
                to="billing.bill",
            ),
        ),
        migrations.AddField(
            model_name="billline",
            name="gathers",
            field=models.ForeignKey(
                blank=True,
                help_text="the bill that this line of a joint bill pays",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="gathered_in",
                to="billing.bill",
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="line",
            field=models.ForeignKey(
                blank=True,
                help_text="the line of a joint bill that goes back; empty: the payment itself",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refunds",
                to="billing.billline",
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("paid_with", None), ("state__in", ("paid", "refunded")), _connector="OR"
                ),
                name="bill_paid_with_another_is_paid",
                violation_error_message="A bill that another one paid is paid.",
            ),
        ),
        migrations.AddConstraint(
            model_name="billline",
            constraint=models.UniqueConstraint(
                fields=("bill", "gathers"), name="bill_line_gathers_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.UniqueConstraint(
                condition=models.Q(("line", None), models.Q(("state", "refused"), _negated=True)),
                fields=("charge",),
                name="refund_one_a_charge",
                violation_error_message="This payment is already going back.",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "refused"), _negated=True),
                fields=("line",),
                name="refund_one_a_line",
                violation_error_message="This part of the payment is already going back.",
            ),
        ),
        migrations.RunSQL(WALLS, NO_WALLS),
    ]
