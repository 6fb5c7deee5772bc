"""What the pages remember: uploads in parts, reviews, fixed rejects, mappings, wishes for mail."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from imports import trigger


class Migration(migrations.Migration):
    dependencies = [
        ("imports", "0004_announcing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="importjob",
            name="fixes_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="importjob",
            name="review",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name="importjob",
            name="upload_id",
            field=models.TextField(db_default="", default=""),
        ),
        migrations.CreateModel(
            name="MailChoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "when",
                    models.CharField(
                        choices=[
                            ("always", "always"),
                            ("problems", "problems"),
                            ("never", "never"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="import_mail_choice",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "mail choice",
                "verbose_name_plural": "mail choices",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("when__in", ["always", "problems", "never"])),
                        name="imports_mail_when_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RememberedMapping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("target", models.CharField(max_length=200)),
                ("header_hash", models.CharField(max_length=64)),
                ("chosen", models.JSONField()),
                (
                    "used_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "remembered mapping",
                "verbose_name_plural": "remembered mappings",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner", "target", "header_hash"), name="imports_mapping_once"
                    )
                ],
            },
        ),
        migrations.AlterModelOptions(
            name="importjob",
            options={
                "ordering": ["-created_at"],
                "permissions": [
                    ("view_all_imports", "Can see everybody's imports"),
                    ("load_exclusively", "Can lock a table against all others for a faster import"),
                ],
                "verbose_name": "import",
                "verbose_name_plural": "imports",
            },
        ),
        migrations.RunSQL(trigger.function_sql(), migrations.RunSQL.noop),
    ]
