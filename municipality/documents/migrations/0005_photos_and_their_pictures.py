import django.db.models.deletion
from django.db import migrations, models

LAW = """
ALTER TABLE documents_storedfile
  ADD CONSTRAINT photo_says_where_and_when_alone CHECK (photo_facts IS NULL OR (
    jsonb_typeof(photo_facts) = 'object'
    AND photo_facts - ARRAY['lon', 'lat', 'error_m', 'fixed_at', 'taken_at'] = '{}'::jsonb
    AND (photo_facts ? 'lon') = (photo_facts ? 'lat')
    AND (NOT photo_facts ? 'lon' OR (
      abs((photo_facts->>'lon')::float8) <= 180 AND abs((photo_facts->>'lat')::float8) <= 90)))),
  ADD CONSTRAINT forgotten_photo_says_nothing CHECK (removed_at IS NULL OR photo_facts IS NULL);
ALTER TABLE documents_picture
  ADD CONSTRAINT picture_hides_50_at_most CHECK (
    jsonb_typeof(hidden) = 'array' AND jsonb_array_length(hidden) <= 50);
"""

WALL = """
ALTER TABLE documents_picture ENABLE ROW LEVEL SECURITY;
CREATE POLICY picture_seen ON documents_picture FOR SELECT USING (
  EXISTS (SELECT FROM documents_storedfile WHERE id = file_id));
CREATE POLICY picture_made ON documents_picture FOR INSERT
  WITH CHECK (current_setting('geo.reach', true) = 'system');
CREATE POLICY picture_ended ON documents_picture FOR UPDATE
  USING (current_setting('geo.reach', true) = 'system');
"""  # who sees the file sees its pictures; no policy of DELETE: what was made stays known


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0004_papers_to_archive"),
    ]

    operations = [
        migrations.AddField(
            model_name="storedfile",
            name="photo_facts",
            field=models.JSONField(
                blank=True,
                help_text="what a photo says of itself (PhotoFacts), where asked for",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="storedfile",
            name="kind",
            field=models.CharField(
                help_text="pdf, jpeg, png, heic, webp: by content", max_length=8
            ),
        ),
        migrations.CreateModel(
            name="Picture",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[("small", "للقوائم"), ("public", "للجمهور")], max_length=6
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.PositiveBigIntegerField(help_text="bytes")),
                ("width", models.PositiveIntegerField(help_text="pixels")),
                ("height", models.PositiveIntegerField()),
                (
                    "hidden",
                    models.JSONField(
                        default=list,
                        help_text="[[left, top, right, bottom], ...]: fractions of the upright picture",
                    ),
                ),
                ("by_person_id", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "ended_at",
                    models.DateTimeField(
                        blank=True, help_text="superseded or forgotten", null=True
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pictures",
                        to="documents.storedfile",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["sha256"],
                        name="picture_by_digest",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("file", "purpose"),
                        name="one_picture_of_a_purpose",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("height__gte", 1), ("size__gte", 1), ("width__gte", 1)),
                        name="picture_has_pixels",
                        violation_error_message="A picture has pixels.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(LAW, migrations.RunSQL.noop),
        migrations.RunSQL(WALL, migrations.RunSQL.noop),
    ]
