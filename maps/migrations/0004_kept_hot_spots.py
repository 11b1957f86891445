"""Hot spots of the whole city, found by a job and kept."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("maps", "0003_heat_denominators"),
    ]

    operations = [
        migrations.CreateModel(
            name="HeatHotSpots",
            fields=[
                ("layer", models.SmallIntegerField(primary_key=True, serialize=False)),
                (
                    "state",
                    models.TextField(
                        help_text="what they were made of; the same again means still true"
                    ),
                ),
                ("answer", models.BinaryField(help_text="the answer as compressed JSON")),
                ("made_at", models.DateTimeField(help_text="when they were last found to be true")),
            ],
        ),
    ]
