"""A column for who has been told that a job ended, and the permission to lock a table."""

from django.conf import settings
from django.db import migrations, models

from imports import trigger


class Migration(migrations.Migration):
    dependencies = [
        ("imports", "0003_liveness"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="importjob",
            options={
                "ordering": ["-created_at"],
                "permissions": [
                    ("view_all_imports", "Can see everybody's imports"),
                    ("load_exclusively", "Can lock a table against all others for a faster import"),
                ],
                "verbose_name": "import",
            },
        ),
        migrations.AddField(
            model_name="importjob",
            name="announced_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="importjob",
            index=models.Index(
                condition=models.Q(("announced_at__isnull", True)),
                fields=["finished_at"],
                name="imports_job_unannounced",
            ),
        ),
        migrations.RunSQL(trigger.function_sql(), migrations.RunSQL.noop),
    ]
