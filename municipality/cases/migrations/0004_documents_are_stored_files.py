"""A version of a paper is a file that came through the gate; no row of the table is older."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0003_papers_of_a_case"),
        ("documents", "0002_stored_files_and_retention"),
    ]
    operations = [
        migrations.RemoveField(model_name="document", name="file_name"),
        migrations.RemoveField(model_name="document", name="sha256"),
        migrations.RemoveField(model_name="document", name="size"),
        migrations.AddField(
            model_name="document",
            name="file",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="documents.storedfile",
                default=None,
            ),
            preserve_default=False,
        ),
    ]
