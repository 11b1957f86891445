"""The heat index: pieces of blocks, named by a sequence of their own, and what is released."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("maps", "0001_guest_layers"),
    ]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE maps_heat_piece_id", "DROP SEQUENCE maps_heat_piece_id"),
        migrations.CreateModel(
            name="HeatPiece",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        db_default=models.Func(
                            models.Value("maps_heat_piece_id"), function="nextval"
                        ),
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("layer", models.SmallIntegerField()),
                ("bx", models.IntegerField()),
                ("by", models.IntegerField()),
                ("sign", models.SmallIntegerField()),
                ("n", models.IntegerField()),
                ("data", models.BinaryField()),
            ],
            options={
                "indexes": [models.Index(fields=["layer", "bx", "by"], name="heat_piece_by_block")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("n__gt", 0), ("sign__in", (-1, 1))),
                        name="heat_piece_is_whole",
                        violation_error_message="A piece of the heat index adds or takes away reports.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HeatRelease",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("layer", models.SmallIntegerField()),
                ("month", models.DateField(help_text="first day of the month")),
                ("k", models.PositiveSmallIntegerField()),
                ("n", models.IntegerField(help_text="reports of the month when it was released")),
                ("atoms", models.BinaryField()),
                ("released_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("layer", "month"), name="heat_release_once_a_month"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)),
                        name="heat_release_starts_a_month",
                        violation_error_message="A release is of a whole month.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            # Packed numbers do not compress, and uncompressed bytes are read faster.
            "ALTER TABLE maps_heatpiece ALTER data SET STORAGE EXTERNAL",
            migrations.RunSQL.noop,
        ),
    ]
