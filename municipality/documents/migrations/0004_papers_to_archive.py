from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0003_stamped_papers"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="issuedpaper",
            index=models.Index(
                condition=models.Q(("certificate_serial", ""), _negated=True)
                & models.Q(("archive_sha256", "")),
                fields=["issued_at"],
                name="paper_to_archive",
            ),
        ),
    ]
