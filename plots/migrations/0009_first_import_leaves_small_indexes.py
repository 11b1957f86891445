"""The first import leaves the partial indexes where they are, but for the tile's own.

They hold the few plots that have an old or krooki number or an end: to fill them row by row
costs less than a look through the whole table for each.
"""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("plots.migrations.0006_first_import_without_keys").MAKE
_ALL = "AND i.indexdef NOT LIKE 'CREATE UNIQUE%'"
_LARGE = f"{_ALL} AND (i.indexdef NOT LIKE '% WHERE %' OR i.indexname = 'plots_plot_web')"


class Migration(migrations.Migration):
    dependencies = [
        ("places", "0004_fold_plain_text_sooner"),
        ("plots", "0008_index_closed_plots"),
    ]

    operations = [migrations.RunSQL(BEFORE.replace(_ALL, _LARGE), BEFORE)]
