"""Only plots that still hold are drawn: the tile's index leaves the retired ones out."""

from django.db import migrations

WHOLE = "CREATE INDEX plots_plot_web ON plots_plot USING gist (web)"


class Migration(migrations.Migration):
    dependencies = [("plots", "0004_first_import")]

    operations = [
        migrations.RunSQL(
            f"DROP INDEX plots_plot_web; {WHOLE} WHERE upper_inf(valid);",
            f"DROP INDEX plots_plot_web; {WHOLE};",
        )
    ]
