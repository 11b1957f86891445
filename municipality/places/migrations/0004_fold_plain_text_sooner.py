"""``ar_fold`` of plain ASCII text is its lower case: most plot numbers need no more.

Its values are the same, so the indexes over it stay true.  It is not declared STRICT any more,
for only then does the planner still put its body into the query; NULL still gives NULL.
"""

from django.db import migrations

_FULL = """lower(regexp_replace(translate(normalize(t, NFKC),
    'أإآٱىئؤةگچپڤ٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', 'ااااييوهكجبف01234567890123456789'),
    '[\\u064B-\\u065F\\u0670\\u0640\\u200e\\u200f\\u061c]', '', 'g'))"""
SOONER = f"""
CREATE OR REPLACE FUNCTION ar_fold(t text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN octet_length(t) = char_length(t) THEN lower(t) ELSE {_FULL} END $$
"""
BEFORE = f"""
CREATE OR REPLACE FUNCTION ar_fold(t text) RETURNS text LANGUAGE sql IMMUTABLE STRICT
PARALLEL SAFE AS $$ SELECT {_FULL} $$
"""


class Migration(migrations.Migration):
    dependencies = [("places", "0003_stamps")]

    operations = [migrations.RunSQL(SOONER, BEFORE)]
