"""Who is on a case sees its papers and its files."""

from django.db import migrations

SUBJECT = """
CREATE FUNCTION subject_is_seen(subject text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN subject ~ '^case/[0-9]+$' THEN case_is_seen(substr(subject, 6)::bigint)
    ELSE false END $$;
CREATE POLICY seen_on_case ON documents_issuedpaper FOR SELECT USING (subject_is_seen(about));
CREATE POLICY seen_on_case ON documents_storedfile FOR SELECT USING (subject_is_seen(about));
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0002_number_and_walls"),
        ("documents", "0002_stored_files_and_retention"),
    ]
    operations = [migrations.RunSQL(SUBJECT, migrations.RunSQL.noop)]
