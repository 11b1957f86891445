"""When a permit last turned: the feed of the register moves by it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("plots", "0023_mandates_entered"),
    ]

    operations = [
        migrations.AddField(
            model_name="buildingpermit",
            name="changed_at",
            field=models.DateTimeField(
                help_text="when its state last turned; none: it is as it was issued", null=True
            ),
        ),
    ]
