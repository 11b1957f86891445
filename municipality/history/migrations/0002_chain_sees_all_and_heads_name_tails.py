"""The chain is written by the owner's eyes, whatever the session sees; heads name stream ends."""

from django.db import migrations, models

SEES_ALL = """
ALTER FUNCTION history_chain() SECURITY DEFINER;
ALTER FUNCTION history_chain() SET search_path = pg_catalog, public, pg_temp;
"""
SEES_AS_ITS_WRITER = """
ALTER FUNCTION history_chain() SECURITY INVOKER;
ALTER FUNCTION history_chain() RESET search_path;
"""


class Migration(migrations.Migration):
    dependencies = [("history", "0001_history")]
    operations = [
        migrations.RunSQL(SEES_ALL, SEES_AS_ITS_WRITER),
        migrations.AddField(
            model_name="head",
            name="tails",
            field=models.JSONField(
                default=dict, help_text="last seq and hash of each stream written since"
            ),
        ),
    ]
