"""Who sees which messages, wordings that stay, and a word to the sender of what is waiting."""

from django.db import migrations

WALL = """
CREATE FUNCTION notices_reach(VARIADIC who text[]) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce(current_setting('geo.reach', true), 'none') = ANY (who) $$;

ALTER TABLE notices_message ENABLE ROW LEVEL SECURITY;
CREATE POLICY message_read ON notices_message FOR SELECT USING (
  notices_reach('staff', 'system')
  OR (notices_reach('own') AND person_id::text = current_setting('geo.person', true)));
CREATE POLICY message_add ON notices_message FOR INSERT WITH CHECK (true);
CREATE POLICY message_change ON notices_message FOR UPDATE USING (notices_reach('system'));
CREATE POLICY message_forget ON notices_message FOR DELETE USING (notices_reach('system'));

ALTER TABLE notices_messageevent ENABLE ROW LEVEL SECURITY;
CREATE POLICY event_read ON notices_messageevent FOR SELECT USING (
  EXISTS (SELECT FROM notices_message WHERE id = message_id));
CREATE POLICY event_add ON notices_messageevent FOR INSERT WITH CHECK (true);
CREATE POLICY event_forget ON notices_messageevent FOR DELETE USING (notices_reach('system'));
"""
STAFF_ONLY = """
ALTER TABLE {0} ENABLE ROW LEVEL SECURITY;
CREATE POLICY staff_read ON {0} FOR SELECT USING (notices_reach('staff', 'system'));
CREATE POLICY system_add ON {0} FOR INSERT WITH CHECK (notices_reach('system'));
CREATE POLICY system_change ON {0} FOR UPDATE USING (notices_reach('system'));
CREATE POLICY system_forget ON {0} FOR DELETE USING (notices_reach('system'));
"""
INBOUND = ("notices_receipt", "notices_inboundmessage", "notices_inboundpart")

STAYS = """
CREATE FUNCTION notices_wording_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a wording of a template is never changed'
  USING ERRCODE = 'insufficient_privilege'; END $$;
CREATE TRIGGER notices_wording_stays BEFORE UPDATE OR DELETE ON notices_templateversion
  FOR EACH ROW EXECUTE FUNCTION notices_wording_stays();
"""
BELL = """
CREATE FUNCTION notices_ring() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_notify('geo_messages', ''); RETURN NULL; END $$;
CREATE TRIGGER notices_ring AFTER INSERT ON notices_message
  FOR EACH STATEMENT EXECUTE FUNCTION notices_ring();
"""


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_messages"), ("places", "0001_extensions")]

    operations = [
        migrations.RunSQL(WALL, migrations.RunSQL.noop),
        *[migrations.RunSQL(STAFF_ONLY.format(table), migrations.RunSQL.noop) for table in INBOUND],
        migrations.RunSQL(STAYS, migrations.RunSQL.noop),
        migrations.RunSQL(BELL, migrations.RunSQL.noop),
    ]
