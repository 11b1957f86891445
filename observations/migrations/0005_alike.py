"""How far a category reaches, which are kin, and an index of what is open."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("observations", "0004_routing"),
    ]

    operations = [
        migrations.AddField(
            model_name="category",
            name="footprint_m",
            field=models.FloatField(
                db_default=50,
                default=50,
                help_text="how far one thing of this kind reaches: our choice",
            ),
        ),
        migrations.AddField(
            model_name="category",
            name="kin",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="categories of one kin are taken for each other by senders",
                max_length=40,
            ),
        ),
        migrations.RunSQL(
            # Few are open at a time: a bulk load of old reports writes next to nothing into it.
            "CREATE INDEX observation_open_at ON observations_observation USING gist (point) "
            "WHERE status IN (1, 2, 3)",
            "DROP INDEX observation_open_at",
        ),
        migrations.AddConstraint(
            model_name="category",
            constraint=models.CheckConstraint(
                condition=models.Q(("footprint_m__gt", 0), ("footprint_m__lte", 1000)),
                name="category_reaches_somewhere",
                violation_error_message="A category reaches more than nothing and at most 1 km.",
            ),
        ),
    ]
