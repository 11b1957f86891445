"""Periodic jobs, and a word to the workers whenever a job is put into the queue."""

from django.db import migrations, models

NOTIFY = """
CREATE FUNCTION jobs_tell_workers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_notify('geo_jobs', ''); RETURN NULL; END $$;
CREATE TRIGGER jobs_tell_workers AFTER INSERT ON django_tasks_database_dbtaskresult
  FOR EACH STATEMENT EXECUTE FUNCTION jobs_tell_workers();
"""
UNDO = """
DROP TRIGGER jobs_tell_workers ON django_tasks_database_dbtaskresult;
DROP FUNCTION jobs_tell_workers();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("django_tasks_database", "0021_conditional_partial_index_ordering")]

    operations = [
        migrations.CreateModel(
            name="Schedule",
            fields=[
                ("name", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("ran_at", models.DateTimeField()),
                ("took_s", models.FloatField(blank=True, null=True)),
                ("error", models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.RunSQL(NOTIFY, UNDO),
    ]
