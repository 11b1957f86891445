"""What the database itself refuses: altered bills, illegal moves, unbalanced books, other eyes."""

from django.db import migrations

FROZEN = """
CREATE SEQUENCE billing_bill_number;
ALTER TABLE billing_bill ADD COLUMN tx xid8 NOT NULL DEFAULT pg_current_xact_id();

CREATE TABLE billing_edge (
  thing text NOT NULL, start text NOT NULL, "end" text NOT NULL, correction boolean NOT NULL,
  PRIMARY KEY (thing, start, "end"));
INSERT INTO billing_edge VALUES
  ('bill', 'due', 'paid', false), ('bill', 'due', 'cancelled', false),
  ('bill', 'due', 'superseded', false), ('bill', 'paid', 'refunded', false),
  ('charge', 'created', 'sent', false), ('charge', 'created', 'captured', false),
  ('charge', 'created', 'cancelled', false), ('charge', 'sent', 'authorised', false),
  ('charge', 'sent', 'captured', false), ('charge', 'sent', 'declined', false),
  ('charge', 'sent', 'cancelled', false), ('charge', 'sent', 'unknown', false),
  ('charge', 'authorised', 'captured', false), ('charge', 'authorised', 'declined', false),
  ('charge', 'authorised', 'cancelled', false), ('charge', 'authorised', 'unknown', false),
  ('charge', 'unknown', 'authorised', false), ('charge', 'unknown', 'captured', false),
  ('charge', 'unknown', 'declined', false), ('charge', 'unknown', 'cancelled', false),
  ('charge', 'captured', 'refunded', false),
  ('charge', 'declined', 'captured', true), ('charge', 'cancelled', 'captured', true);

CREATE FUNCTION billing_bill_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(NEW) - 'state' <> to_jsonb(OLD) - 'state' THEN
    RAISE EXCEPTION 'a bill is frozen: issue a new version' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state <> OLD.state AND NOT EXISTS (SELECT 1 FROM billing_edge
      WHERE thing = 'bill' AND start = OLD.state AND "end" = NEW.state) THEN
    RAISE EXCEPTION 'a bill does not go from % to %', OLD.state, NEW.state
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER billing_bill_is_frozen BEFORE UPDATE ON billing_bill
  FOR EACH ROW EXECUTE FUNCTION billing_bill_is_frozen();

CREATE FUNCTION billing_charge_moves_legally() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE edge record;
BEGIN
  IF (NEW.bill_id, NEW.channel, NEW.amount_baisa, NEW.public_id, NEW.token, NEW.idempotency_key,
      NEW.body_hash, NEW.created_at) IS DISTINCT FROM (OLD.bill_id, OLD.channel, OLD.amount_baisa,
      OLD.public_id, OLD.token, OLD.idempotency_key, OLD.body_hash, OLD.created_at)
     OR (OLD.captured_at IS NOT NULL AND (NEW.captured_baisa, NEW.captured_at)
         IS DISTINCT FROM (OLD.captured_baisa, OLD.captured_at)) THEN
    RAISE EXCEPTION 'what a charge asked and took is frozen' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state = OLD.state THEN RETURN NEW; END IF;
  SELECT * INTO edge FROM billing_edge
    WHERE thing = 'charge' AND start = OLD.state AND "end" = NEW.state;
  IF NOT FOUND OR (edge.correction AND (NEW.corrected_why = ''
                   OR NEW.corrected_why IS NOT DISTINCT FROM OLD.corrected_why)) THEN
    RAISE EXCEPTION 'a charge does not go from % to %', OLD.state, NEW.state
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER billing_charge_moves_legally BEFORE UPDATE ON billing_charge
  FOR EACH ROW EXECUTE FUNCTION billing_charge_moves_legally();

CREATE FUNCTION billing_line_comes_with_its_bill() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM billing_bill
                 WHERE id = NEW.bill_id AND tx = pg_current_xact_id()) THEN
    RAISE EXCEPTION 'lines are written with their bill' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER billing_line_comes_with_its_bill BEFORE INSERT ON billing_billline
  FOR EACH ROW EXECUTE FUNCTION billing_line_comes_with_its_bill();

CREATE FUNCTION billing_is_insert_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% takes new rows only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER billing_is_insert_only BEFORE UPDATE OR DELETE ON billing_billline
  FOR EACH ROW EXECUTE FUNCTION billing_is_insert_only();
CREATE TRIGGER billing_is_insert_only BEFORE UPDATE OR DELETE ON billing_receipt
  FOR EACH ROW EXECUTE FUNCTION billing_is_insert_only();
CREATE TRIGGER billing_is_insert_only BEFORE UPDATE OR DELETE ON billing_ledgerentry
  FOR EACH ROW EXECUTE FUNCTION billing_is_insert_only();
CREATE TRIGGER billing_is_insert_only BEFORE UPDATE OR DELETE ON billing_dayclose
  FOR EACH ROW EXECUTE FUNCTION billing_is_insert_only();
CREATE TRIGGER billing_is_never_deleted BEFORE DELETE ON billing_bill
  FOR EACH ROW EXECUTE FUNCTION billing_is_insert_only();
CREATE TRIGGER billing_is_never_deleted BEFORE DELETE ON billing_charge
  FOR EACH ROW EXECUTE FUNCTION billing_is_insert_only();
CREATE TRIGGER billing_is_never_deleted BEFORE DELETE ON billing_refund
  FOR EACH ROW EXECUTE FUNCTION billing_is_insert_only();
"""

SUMS = """
-- Deferred ones run at commit, when the session may already see nothing: as the owner they see all.
CREATE FUNCTION billing_bill_adds_up() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public AS $$
DECLARE lines bigint; total bigint; asked bigint := CASE TG_TABLE_NAME
  WHEN 'billing_bill' THEN NEW.id ELSE (to_jsonb(NEW) ->> 'bill_id')::bigint END;
BEGIN
  SELECT total_baisa INTO total FROM billing_bill WHERE id = asked;
  SELECT sum(amount_baisa) INTO lines FROM billing_billline WHERE bill_id = asked;
  IF lines IS DISTINCT FROM total THEN
    RAISE EXCEPTION 'the lines of bill % come to %, not to %', asked, lines, total
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER billing_bill_adds_up AFTER INSERT ON billing_bill
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_bill_adds_up();

CREATE FUNCTION billing_posting_balances() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public AS $$
BEGIN
  IF (SELECT sum(amount_baisa) FROM billing_ledgerentry WHERE posting = NEW.posting) <> 0 THEN
    RAISE EXCEPTION 'posting % does not balance', NEW.posting USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER billing_posting_balances AFTER INSERT ON billing_ledgerentry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_posting_balances();

CREATE FUNCTION billing_receipt_is_of_its_charge() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM billing_charge c JOIN billing_bill b ON b.id = c.bill_id
      WHERE c.id = NEW.charge_id AND b.id = NEW.bill_id AND c.state = 'captured'
        AND c.captured_baisa = NEW.amount_baisa AND b.total_baisa = NEW.amount_baisa) THEN
    RAISE EXCEPTION 'a receipt is of one captured charge of the bill''s whole amount'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER billing_receipt_is_of_its_charge BEFORE INSERT ON billing_receipt
  FOR EACH ROW EXECUTE FUNCTION billing_receipt_is_of_its_charge();
"""

REACH = """
CREATE FUNCTION billing_sees_all() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT coalesce(current_setting('geo.reach', true), 'none') IN ('system', 'staff') $$;

-- Whether a bill is one's own.  By the payer's account for now; the offices of its subject's case
-- come in here and nowhere else.
CREATE FUNCTION billing_bill_is_own(payer bigint, subject text)
RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT coalesce(current_setting('geo.reach', true) = 'own'
                  AND payer::text = nullif(current_setting('geo.person', true), ''), false) $$;

DO $$ DECLARE name text; BEGIN
  FOREACH name IN ARRAY ARRAY['bill', 'charge', 'receipt', 'refund', 'billline', 'ledgerentry']
  LOOP
    EXECUTE format('ALTER TABLE billing_%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY added ON billing_%I FOR INSERT WITH CHECK (true)', name);
    EXECUTE format('CREATE POLICY moved ON billing_%I FOR UPDATE '
                   'USING (coalesce(current_setting(''geo.reach'', true), '''') = ''system'')', name);
  END LOOP;
  FOREACH name IN ARRAY ARRAY['charge', 'receipt', 'billline']
  LOOP
    EXECUTE format('CREATE POLICY seen ON billing_%I FOR SELECT USING (billing_sees_all() OR '
                   'EXISTS (SELECT 1 FROM billing_bill b WHERE b.id = bill_id))', name);
  END LOOP;
END $$;
CREATE POLICY seen ON billing_bill FOR SELECT
  USING (billing_sees_all() OR billing_bill_is_own(payer_person_id, subject));
CREATE POLICY seen ON billing_refund FOR SELECT
  USING (billing_sees_all() OR EXISTS (SELECT 1 FROM billing_charge c WHERE c.id = charge_id));
CREATE POLICY seen ON billing_ledgerentry FOR SELECT USING (billing_sees_all());

DO $$ DECLARE other name; BEGIN
  FOR other IN SELECT DISTINCT grantee FROM information_schema.role_table_grants
    WHERE table_name = 'billing_bill' AND grantee <> current_user
  LOOP
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON billing_billline, billing_receipt, '
                   'billing_ledgerentry, billing_dayclose FROM %I', other);
    EXECUTE format('REVOKE DELETE, TRUNCATE ON billing_bill, billing_charge, billing_refund FROM %I',
                   other);
    EXECUTE format('REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON billing_edge FROM %I', other);
  END LOOP; END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0004_bills_and_payments")]
    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (FROZEN, SUMS, REACH)]
