"""All tables, one of them in a schema of its own."""

import uuid
from decimal import Decimal

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.RunSQL("CREATE SCHEMA shapes", "DROP SCHEMA shapes CASCADE"),
        migrations.CreateModel(
            name="Continent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=2, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="Customer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=100)),
                ("email", models.EmailField(blank=True, max_length=254)),
                (
                    "status",
                    models.CharField(
                        choices=[("a", "Active"), ("g", "Gone")], default="a", max_length=1
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Parcel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.IntegerField(unique=True)),
                ("weight", models.DecimalField(decimal_places=3, default=Decimal(1), max_digits=6)),
            ],
            options={
                "db_table": 'shapes"."Parcel',
            },
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=20, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="Tenant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=50, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="Category",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=10, unique=True)),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="shapes.category",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Land",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=2, unique=True)),
                (
                    "continent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="shapes.continent"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="City",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=50)),
                (
                    "land",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="shapes.land"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Station",
            fields=[
                ("code", models.SlugField(max_length=10, primary_key=True, serialize=False)),
                (
                    "city",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="shapes.city",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Article",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("slug", models.SlugField(db_column="Slug of it", unique=True)),
                (
                    "title",
                    models.CharField(
                        max_length=20, validators=[django.core.validators.MinLengthValidator(2)]
                    ),
                ),
                ("body", models.TextField(blank=True)),
                ("link", models.URLField(blank=True)),
                (
                    "rank",
                    models.PositiveSmallIntegerField(
                        null=True, validators=[django.core.validators.MaxValueValidator(10)]
                    ),
                ),
                ("views", models.PositiveBigIntegerField(default=0)),
                ("price", models.DecimalField(decimal_places=2, max_digits=6, null=True)),
                ("ratio", models.FloatField(null=True)),
                ("active", models.BooleanField(default=True)),
                ("day", models.DateField(default=django.utils.timezone.localdate)),
                ("published", models.DateTimeField(null=True)),
                ("at", models.TimeField(null=True)),
                ("reading", models.DurationField(null=True)),
                ("payload", models.JSONField(default=dict)),
                ("address", models.GenericIPAddressField(null=True)),
                ("key", models.UUIDField(null=True)),
                (
                    "words",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=5),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "sizes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), null=True, size=None
                    ),
                ),
                ("picture", models.BinaryField(null=True)),
                ("digest", models.BinaryField(max_length=2, null=True)),
                (
                    "length",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.Length("title"),
                        output_field=models.IntegerField(),
                    ),
                ),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("changed", models.DateTimeField(auto_now=True)),
                ("tags", models.ManyToManyField(blank=True, to="shapes.tag")),
            ],
            options={
                "db_table": "All the Articles",
            },
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.IntegerField()),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="shapes.customer"
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="shapes.tenant"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="customer",
            name="tenant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, to="shapes.tenant"
            ),
        ),
        migrations.CreateModel(
            name="Booking",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reference",
                    models.CharField(
                        max_length=10,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator("^B\\d+$", "B and digits")
                        ],
                    ),
                ),
                ("room", models.CharField(max_length=10)),
                ("begins", models.DateField()),
                ("ends", models.DateField()),
                ("cancelled", models.BooleanField(default=False)),
                ("code", models.CharField(blank=True, max_length=10, null=True)),
                ("seat", models.IntegerField(null=True)),
                (
                    "made",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "bonus",
                    models.IntegerField(
                        db_default=django.db.models.expressions.CombinedExpression(
                            django.db.models.functions.text.Length(models.Value("four")),
                            "+",
                            models.Value(3),
                        )
                    ),
                ),
                (
                    "article",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="shapes.article",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends__gte", models.F("begins"))),
                        name="ends_after_it_begins",
                        violation_error_message="a booking ends on the day it begins, or later",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("cancelled", False)),
                        fields=("room", "begins"),
                        name="room_is_free",
                    ),
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("code"), name="code_once"
                    ),
                    models.UniqueConstraint(
                        fields=("room", "seat"), name="one_seat", nulls_distinct=False
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="city",
            constraint=models.UniqueConstraint(fields=("land", "name"), name="city_once"),
        ),
        migrations.AlterUniqueTogether(
            name="invoice",
            unique_together={("tenant", "number")},
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.UniqueConstraint(
                fields=("tenant", "number"), name="customer_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("email", ""), _negated=True),
                fields=("tenant", "email"),
                name="customer_email_once",
            ),
        ),
    ]
