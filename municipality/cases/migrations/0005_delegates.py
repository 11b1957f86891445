"""A delegate on a case sees it while its applicant lets them act, and not a day longer."""

from django.db import migrations, models

from municipality.conf import PROFILE

SEEN = """
CREATE OR REPLACE FUNCTION case_is_seen(wanted bigint) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path FROM CURRENT AS $$
  SELECT EXISTS (
    SELECT FROM cases_party p WHERE p.case_id = wanted
      AND current_setting('geo.reach', true) = 'own'
      AND (p.person_id = nullif(current_setting('geo.person', true), '')::bigint
        OR p.consultancy_id = ANY (nullif(current_setting('geo.offices', true), '')::bigint[]))
      AND (p.role <> 'delegate' OR EXISTS (
        SELECT FROM cases_case c
          JOIN cases_party a ON a.case_id = c.id AND a.role = 'applicant'
          JOIN people_delegation d ON d.giver_id = a.person_id
        WHERE c.id = wanted AND d.taker_id = p.person_id AND d.ended_at IS NULL
          AND c.kind = ANY (d.kinds)
          AND d.valid @> (now() AT TIME ZONE '{zone}')::date))) $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0004_documents_are_stored_files"),
        ("people", "0005_factor_reset"),
    ]
    operations = [
        migrations.AlterField(
            model_name="party",
            name="role",
            field=models.CharField(
                help_text="applicant, owner, office, payer, delegate", max_length=20
            ),
        ),
        migrations.RunSQL(SEEN.format(zone=PROFILE.time_zone.key), migrations.RunSQL.noop),
    ]
