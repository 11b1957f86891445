"""What is kept of places in a process is dropped when these tables change."""

from django.db import migrations

from municipality.places.stamps import rise_with


class Migration(migrations.Migration):
    dependencies = [("places", "0002_places")]

    operations = [
        rise_with("places_wilayat", "places"),
        rise_with("places_wilayatversion", "places"),
        rise_with("places_area", "places"),
        rise_with("places_areaversion", "places"),
        rise_with("places_directorate", "places"),
        rise_with("places_directorate_wilayats", "places"),
        rise_with("places_phase", "places"),
    ]
