"""Roads, plots, buildings and populations say when what reports are divided by may have changed."""

from django.db import migrations

from maps.heat.denominators.sql import note_changes


class Migration(migrations.Migration):
    dependencies = [
        ("plots", "0024_permit_changed_at"),
        ("maps", "0003_heat_denominators"),
        ("places", "0005_populations_by_year"),
    ]

    operations = [
        note_changes("plots_road", "road_km"),
        note_changes("plots_plot", "plot", "1000_residents"),
        note_changes("plots_building", "1000_residents"),
        note_changes("places_population", "1000_residents"),
        note_changes("places_wilayat", "1000_residents"),
        note_changes("places_wilayatversion", "1000_residents"),
    ]
