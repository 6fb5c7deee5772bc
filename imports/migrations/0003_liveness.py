"""Columns for deaths that nobody saw, files that come again and mails in doubt; and the
guard that knows them."""

from django.conf import settings
from django.db import migrations, models

from imports import trigger


class Migration(migrations.Migration):
    dependencies = [
        ("imports", "0002_guard_and_staging"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="importattempt",
            name="error",
            field=models.CharField(db_default="", default="", max_length=100),
        ),
        migrations.AddField(
            model_name="importjob",
            name="nudged_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="importjob",
            name="repeats_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="importnotice",
            name="doubts",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddIndex(
            model_name="importjob",
            index=models.Index(
                condition=models.Q(("status", "succeeded")),
                fields=["target", "content_sha256"],
                name="imports_job_content",
            ),
        ),
        migrations.RunSQL(trigger.function_sql(), migrations.RunSQL.noop),
    ]
