"""What is kept of the calendar in a process is dropped when these tables change."""

from django.db import migrations

from municipality.places.stamps import rise_with


class Migration(migrations.Migration):
    dependencies = [("calendar", "0001_calendar")]

    operations = [
        rise_with("calendar_weekend", "calendar"),
        rise_with("calendar_holiday", "calendar"),
        rise_with("calendar_ramadan", "calendar"),
        rise_with("calendar_officehours", "calendar"),
    ]
