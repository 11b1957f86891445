"""What waits is found without a look at what was sent long ago."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0003_message_values"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state", "created")),
                fields=["channel", "id"],
                name="message_due",
            ),
        ),
    ]
