"""What is kept of zones in a process is dropped when these tables change."""

from django.db import migrations

from municipality.places.stamps import rise_with


class Migration(migrations.Migration):
    dependencies = [("parking_zones", "0001_zones")]

    operations = [
        rise_with("parking_zones_zone", "zones"),
        rise_with("parking_zones_zoneversion", "zones"),
        rise_with("parking_zones_paidhours", "zones"),
    ]
