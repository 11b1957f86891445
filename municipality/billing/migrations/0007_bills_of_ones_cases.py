"""Whoever is on a case sees its bills: members of an office the office's, delegates the giver's."""

from django.db import migrations

OWN = """
CREATE OR REPLACE FUNCTION billing_bill_is_own(payer bigint, subject text)
RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT coalesce(current_setting('geo.reach', true) = 'own'
                  AND (payer::text = nullif(current_setting('geo.person', true), '')
                       OR subject_is_seen(subject)), false) $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0006_charges_stated_by_a_person"),
        ("cases", "0005_delegates"),
    ]
    operations = [migrations.RunSQL(OWN, migrations.RunSQL.noop)]
