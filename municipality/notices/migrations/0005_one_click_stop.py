"""Where who gets a mail ends others like it by one click (RFC 8058)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0004_message_due"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="stop_link",
            field=models.CharField(
                blank=True,
                help_text="ends mails like it by one click; shown in it alone",
                max_length=300,
            ),
        ),
    ]
