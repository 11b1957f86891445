from django.db import migrations, models

WALL = """
ALTER TABLE documents_revokedcertificate ENABLE ROW LEVEL SECURITY;
CREATE POLICY revocation_seen ON documents_revokedcertificate FOR SELECT USING (true);
CREATE POLICY revocation_written ON documents_revokedcertificate FOR INSERT
  WITH CHECK (current_setting('geo.reach', true) = 'system');
"""  # no policy of UPDATE or DELETE: what was revoked stays revoked


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0002_stored_files_and_retention"),
    ]

    operations = [
        migrations.CreateModel(
            name="RevokedCertificate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "serial",
                    models.CharField(help_text="hexadecimal digits", max_length=40, unique=True),
                ),
                ("since", models.DateTimeField()),
                ("reason", models.CharField(max_length=300)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="certificate_revoked_for_a_reason",
                        violation_error_message="A certificate is revoked for a reason.",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="issuedpaper",
            name="archive_sha256",
            field=models.CharField(
                blank=True,
                default="",
                help_text="of the copy with long-term evidence",
                max_length=64,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="issuedpaper",
            name="certificate_serial",
            field=models.CharField(
                blank=True,
                default="",
                help_text="hexadecimal digits, of a stamped paper",
                max_length=40,
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop),
    ]
