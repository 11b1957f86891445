"""The zone of a bay is where it lies on a day; none is kept with it (decision 0071)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("parking_zones", "0010_zone_edits")]

    operations = [migrations.RemoveField(model_name="bay", name="zone")]
