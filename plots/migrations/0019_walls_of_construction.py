"""Who is not on a construction sees nothing of it; a permit in force claims its ground."""

from importlib import import_module

from django.db import migrations

walls = import_module("plots.migrations.0013_walls_of_building_permits")

SEEN = """
CREATE FUNCTION construction_is_seen(wanted bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
  SELECT reach_is_wide() OR EXISTS (
    SELECT FROM plots_construction c WHERE c.id = wanted AND case_is_seen(c.case_id)) $$;
CREATE OR REPLACE FUNCTION site_version_is_seen(wanted bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
  SELECT reach_is_wide() OR EXISTS (
    SELECT FROM plots_siteversion v
    WHERE v.id = wanted AND (permit_application_is_seen(v.application_id)
                             OR construction_is_seen(v.construction_id))) $$;
DROP POLICY seen ON plots_siteversion;
DROP POLICY changed ON plots_siteversion;
DROP POLICY removed ON plots_siteversion;
"""
OF_EITHER = "permit_application_is_seen(application_id) OR construction_is_seen(construction_id)"
SITES = f"""
CREATE POLICY seen ON plots_siteversion FOR SELECT USING ({OF_EITHER});
CREATE POLICY changed ON plots_siteversion FOR UPDATE USING ({OF_EITHER});
CREATE POLICY removed ON plots_siteversion FOR DELETE USING ({OF_EITHER});
"""

# What a permit in force lets somebody build is claimed until it stands in the register as a
# building: an application that is issued must not vanish from its neighbours' checks.  The permit
# that an application changes claims nothing against it.
CLAIMS = """
CREATE OR REPLACE FUNCTION permit_claims(site geometry, own bigint) RETURNS SETOF geometry
LANGUAGE sql STABLE SECURITY DEFINER ROWS 2 SET search_path FROM CURRENT AS $$
  SELECT v.buildings FROM plots_siteversion v
  JOIN plots_permitapplication a ON a.id = v.application_id
  JOIN cases_case c ON c.id = a.case_id
  WHERE ST_Intersects(v.buildings, site) AND a.id <> own
    AND c.closed_at IS NULL AND c.state <> 'draft'
    AND v.number = (SELECT max(l.number) FROM plots_siteversion l
                    WHERE l.application_id = a.id AND l.submitted_at IS NOT NULL)
  UNION ALL
  SELECT p.footprint FROM plots_buildingpermit p
  WHERE ST_Intersects(p.footprint, site) AND p.state = 'valid' AND p.application_id <> own
    AND NOT EXISTS (SELECT FROM plots_permitapplication a
                    WHERE a.id = own AND a.permit_id = p.id) $$;
"""
WALLS = (
    walls.wall("plots_construction", "reach_is_wide() OR case_is_seen(case_id)"),
    walls.wall("plots_sitevisit", "construction_is_seen(construction_id)"),
)


class Migration(migrations.Migration):
    dependencies = [("plots", "0018_construction")]
    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (SEEN, SITES, CLAIMS, *WALLS)
    ]
