"""Drop the indexes of checks that nothing asks for: each was paid for with every check."""

import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.db import migrations, models

import municipality.people.models
from municipality import crs


class Migration(migrations.Migration):
    dependencies = [
        ("parking_zones", "0012_curb_bans"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="parkingcheck",
            name="check_by_inspector",
        ),
        migrations.AlterField(
            model_name="parkingcheck",
            name="point",
            field=django.contrib.gis.db.models.fields.PointField(
                spatial_index=False, srid=crs.METRIC
            ),
        ),
        migrations.AlterField(
            model_name="parkingcheck",
            name="public_id",
            field=models.CharField(
                default=municipality.people.models.new_public_id, editable=False, max_length=22
            ),
        ),
        migrations.AlterField(
            model_name="parkingcheck",
            name="zone",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="parking_zones.zone",
            ),
        ),
        migrations.AddIndex(
            model_name="parkingcheck",
            index=models.Index(fields=["zone", "at"], name="check_by_zone"),
        ),
        migrations.AddConstraint(
            model_name="parkingcheck",
            constraint=models.UniqueConstraint(fields=("public_id",), name="check_public_id_once"),
        ),
    ]
