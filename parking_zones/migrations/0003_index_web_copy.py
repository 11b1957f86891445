"""Tiles are cut from the Web Mercator copy, so it needs a spatial index too."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("parking_zones", "0002_stamps")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX parking_zones_zoneversion_web ON parking_zones_zoneversion "
            "USING gist (web)",
            "DROP INDEX parking_zones_zoneversion_web",
        )
    ]
