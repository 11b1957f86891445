"""The values a message was filled with: an editor sees a wording with a real matter."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0002_messages_wall_and_bell"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="values",
            field=models.JSONField(
                default=dict, help_text="of the fields, where it is about a matter; never of a code"
            ),
        ),
    ]
