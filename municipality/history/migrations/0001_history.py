from django.db import migrations, models

CHAIN = """
ALTER TABLE history_entry ADD COLUMN tx xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX history_by_tx ON history_entry (tx);

CREATE FUNCTION history_digest(before bytea, stream text, seq bigint, at timestamptz,
    person_id bigint, person_name text, role text, act text, facts jsonb)
RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT sha256(coalesce(before, ''::bytea) || convert_to(jsonb_build_array(
    stream, seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
    person_id, person_name, role, act, facts)::text, 'UTF8')) $$;

CREATE FUNCTION history_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE last record;
BEGIN
  PERFORM pg_advisory_xact_lock(1751741299, hashtext(NEW.stream));
  SELECT seq, hash INTO last FROM history_entry WHERE stream = NEW.stream
    ORDER BY seq DESC LIMIT 1;
  NEW.seq := coalesce(last.seq, 0) + 1;
  NEW.tx := pg_current_xact_id();
  NEW.hash := history_digest(last.hash, NEW.stream, NEW.seq, NEW.at, NEW.person_id,
    NEW.person_name, NEW.role, NEW.act, NEW.facts);
  RETURN NEW;
END $$;
CREATE TRIGGER history_chain BEFORE INSERT ON history_entry
  FOR EACH ROW EXECUTE FUNCTION history_chain();

CREATE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'history is append-only' USING ERRCODE = 'insufficient_privilege'; END $$;
CREATE TRIGGER history_is_append_only BEFORE UPDATE OR DELETE ON history_entry
  FOR EACH ROW EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER history_head_is_append_only BEFORE UPDATE OR DELETE ON history_head
  FOR EACH ROW EXECUTE FUNCTION history_is_append_only();

DO $$ DECLARE other name; BEGIN
  FOR other IN SELECT DISTINCT grantee FROM information_schema.role_table_grants
    WHERE table_name = 'history_entry' AND grantee <> current_user
  LOOP EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON history_entry, history_head FROM %I', other);
  END LOOP; END $$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("places", "0001_extensions")]
    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "stream",
                    models.CharField(
                        help_text="case/…, bill/…, person/…, template/…", max_length=80
                    ),
                ),
                ("seq", models.PositiveIntegerField(default=0, editable=False)),
                ("at", models.DateTimeField()),
                ("person_id", models.BigIntegerField(null=True)),
                ("person_name", models.CharField(max_length=150)),
                ("role", models.CharField(max_length=20)),
                ("act", models.CharField(max_length=60)),
                ("facts", models.JSONField(default=dict)),
                ("hash", models.BinaryField(default=b"", editable=False)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["at"], name="history_by_time"),
                    models.Index(fields=["person_id", "at"], name="history_by_person"),
                    models.Index(fields=["act", "at"], name="history_by_act"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("stream", "seq"),
                        name="history_one_entry_a_step",
                        violation_error_message="This step of the stream is already written.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Head",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "first_tx",
                    models.BigIntegerField(help_text="entries of transactions from this one …"),
                ),
                (
                    "before_tx",
                    models.BigIntegerField(help_text="… to the one before this", unique=True),
                ),
                ("entries", models.PositiveIntegerField()),
                ("digest", models.BinaryField()),
                ("signature", models.CharField(max_length=100)),
            ],
        ),
        migrations.RunSQL(CHAIN, migrations.RunSQL.noop),
    ]
