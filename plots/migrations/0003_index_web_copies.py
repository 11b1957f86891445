"""Tiles are cut from the Web Mercator copies, so these need a spatial index too.

Written as SQL because Django makes one only for a geometry field of its own, not for a
generated one.
"""

from django.db import migrations

TABLES = ("plots_plot", "plots_building", "plots_road", "plots_themefeature")


class Migration(migrations.Migration):
    dependencies = [("plots", "0002_register_search_and_time")]

    operations = [
        migrations.RunSQL(
            f"CREATE INDEX {table}_web ON {table} USING gist (web)",
            f"DROP INDEX {table}_web",
        )
        for table in TABLES
    ]
