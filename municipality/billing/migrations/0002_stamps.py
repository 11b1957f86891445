"""What is kept of prices in a process is dropped when the table changes."""

from django.db import migrations

from municipality.places.stamps import rise_with


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_tariffs")]

    operations = [
        rise_with("billing_tariff", "tariffs"),
    ]
