"""A plot whose last day lies ahead is drawn until then: it is found by an index of the closed.

The tile's own index keeps the plots without an end (0005) and is not touched.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("plots", "0007_leave_unasked_indexes_out")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX plots_plot_web_closed ON plots_plot USING gist (web, valid) "
            "WHERE NOT upper_inf(valid);",
            "DROP INDEX plots_plot_web_closed;",
        )
    ]
