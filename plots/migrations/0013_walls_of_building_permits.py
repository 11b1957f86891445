"""Who is not on a case sees no row of its application; what others claim is told without names."""

from django.db import migrations

SEEN = """
CREATE FUNCTION permit_application_is_seen(wanted bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
  SELECT reach_is_wide() OR EXISTS (
    SELECT FROM plots_permitapplication a WHERE a.id = wanted AND case_is_seen(a.case_id)) $$;
CREATE FUNCTION site_version_is_seen(wanted bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
  SELECT reach_is_wide() OR EXISTS (
    SELECT FROM plots_siteversion v
    WHERE v.id = wanted AND permit_application_is_seen(v.application_id)) $$;
"""

# The latest site plan that each other live application has handed in, where it meets a shape:
# the shape alone, so that a drawing is checked against it without telling whose it is.
CLAIMS = """
CREATE FUNCTION permit_claims(site geometry, own bigint) RETURNS SETOF geometry
LANGUAGE sql STABLE SECURITY DEFINER ROWS 2 SET search_path FROM CURRENT AS $$
  SELECT v.buildings FROM plots_siteversion v
  JOIN plots_permitapplication a ON a.id = v.application_id
  JOIN cases_case c ON c.id = a.case_id
  WHERE ST_Intersects(v.buildings, site) AND a.id <> own
    AND c.closed_at IS NULL AND c.state <> 'draft'
    AND v.number = (SELECT max(l.number) FROM plots_siteversion l
                    WHERE l.application_id = a.id AND l.submitted_at IS NOT NULL) $$;
"""


def wall(table: str, seen: str) -> str:
    """Return the statements that wall a table: added to by anyone, seen by those on the case."""
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY added ON {table} FOR INSERT WITH CHECK (true);
CREATE POLICY seen ON {table} FOR SELECT USING ({seen});
CREATE POLICY changed ON {table} FOR UPDATE USING ({seen});
CREATE POLICY removed ON {table} FOR DELETE USING ({seen});
"""


WALLS = [
    wall("plots_permitapplication", "reach_is_wide() OR case_is_seen(case_id)"),
    wall("plots_applicationplot", "permit_application_is_seen(application_id)"),
    wall("plots_siteversion", "permit_application_is_seen(application_id)"),
    wall("plots_sitepart", "site_version_is_seen(site_id)"),
    wall("plots_sitefailure", "site_version_is_seen(site_id)"),
    wall("plots_approval", "permit_application_is_seen(application_id)"),
]
NUMBERS = "CREATE SEQUENCE building_permit_number"


class Migration(migrations.Migration):
    dependencies = [("plots", "0012_building_permits"), ("cases", "0006_pinned_remarks_and_sheets")]
    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (SEEN, CLAIMS, NUMBERS, *WALLS)
    ]
