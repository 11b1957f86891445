"""Extensions first: every other migration of the house stands on these."""

from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations

AR_FOLD = r"""
CREATE FUNCTION ar_fold(t text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT lower(regexp_replace(translate(normalize(t, NFKC),
    'أإآٱىئؤةگچپڤ٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', 'ااااييوهكجبف01234567890123456789'),
    '[\u064B-\u065F\u0670\u0640\u200e\u200f\u061c]', '', 'g')) $$;
"""

RISE_STAMP = """
CREATE FUNCTION rise_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO places_stamp (name, value) VALUES (TG_ARGV[0], 1)
  ON CONFLICT (name) DO UPDATE SET value = places_stamp.value + 1;
  PERFORM pg_notify('stamps', TG_ARGV[0]);
  RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS postgis", migrations.RunSQL.noop),
        BtreeGistExtension(),
        TrigramExtension(),
        migrations.RunSQL(AR_FOLD, "DROP FUNCTION ar_fold(text)"),
        migrations.RunSQL(RISE_STAMP, "DROP FUNCTION rise_stamp()"),
    ]
