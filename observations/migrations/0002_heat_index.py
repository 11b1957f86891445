"""Every change of a report reaches the heat index in the same transaction."""

import datetime

from django.db import migrations, models

from maps.heat.sql import keep_heat
from municipality.conf import PROFILE


class Migration(migrations.Migration):
    dependencies = [
        ("maps", "0002_heat_index"),
        ("observations", "0001_reports"),
        ("places", "0003_stamps"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reported_on__gte", datetime.date(1900, 1, 1)),
                    ("reported_on__lte", datetime.date(2079, 6, 6)),
                ),
                name="observation_day_is_of_our_time",
                violation_error_message="A report's day lies between 1900 and 2079.",
            ),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("wilayat__isnull", True), ("wilayat__lte", 65535), _connector="OR"),
                    models.Q(("area__isnull", True), ("area__lte", 4294967295), _connector="OR"),
                    ("category__gt", 0),
                    ("channel__lte", 255),
                    ("severity__lte", 255),
                    ("status__lte", 255),
                ),
                name="observation_fits_the_heat_index",
                violation_error_message="A code of this report is too large for the heat index.",
            ),
        ),
        migrations.RunSQL(
            "ALTER TABLE observations_observation ADD CONSTRAINT observation_day_is_the_citys "
            f"CHECK (reported_on = (reported_at AT TIME ZONE '{PROFILE.time_zone.key}')::date)",
            "ALTER TABLE observations_observation DROP CONSTRAINT observation_day_is_the_citys",
        ),
        keep_heat("observations_observation", layer=1),
    ]
