"""Names that can be translated; the tables stay as they are."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("airports", "0001_initial"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="airport",
            options={
                "ordering": ["icao"],
                "verbose_name": "airport",
                "verbose_name_plural": "airports",
            },
        ),
        migrations.AlterModelOptions(
            name="country",
            options={
                "ordering": ["name"],
                "verbose_name": "country",
                "verbose_name_plural": "countries",
            },
        ),
        migrations.AlterModelOptions(
            name="route",
            options={
                "ordering": ["airline", "origin", "destination"],
                "verbose_name": "route",
                "verbose_name_plural": "routes",
            },
        ),
        migrations.AlterField(
            model_name="airport",
            name="city",
            field=models.CharField(blank=True, max_length=100, verbose_name="city"),
        ),
        migrations.AlterField(
            model_name="airport",
            name="country",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="airports",
                to="airports.country",
                verbose_name="country",
            ),
        ),
        migrations.AlterField(
            model_name="airport",
            name="elevation",
            field=models.DecimalField(
                decimal_places=2, help_text="In feet.", max_digits=7, verbose_name="elevation"
            ),
        ),
        migrations.AlterField(
            model_name="airport",
            name="latitude",
            field=models.DecimalField(
                decimal_places=6,
                max_digits=8,
                validators=[
                    django.core.validators.MinValueValidator(-90),
                    django.core.validators.MaxValueValidator(90),
                ],
                verbose_name="latitude",
            ),
        ),
        migrations.AlterField(
            model_name="airport",
            name="longitude",
            field=models.DecimalField(
                decimal_places=6,
                max_digits=9,
                validators=[
                    django.core.validators.MinValueValidator(-180),
                    django.core.validators.MaxValueValidator(180),
                ],
                verbose_name="longitude",
            ),
        ),
        migrations.AlterField(
            model_name="airport",
            name="name",
            field=models.CharField(max_length=100, verbose_name="name"),
        ),
        migrations.AlterField(
            model_name="country",
            name="code",
            field=models.CharField(
                max_length=2,
                unique=True,
                validators=[
                    django.core.validators.RegexValidator(
                        "^[A-Z]{2}$", "A country code is two capital letters, as in FR."
                    )
                ],
                verbose_name="code",
            ),
        ),
        migrations.AlterField(
            model_name="country",
            name="name",
            field=models.CharField(max_length=100, verbose_name="name"),
        ),
        migrations.AlterField(
            model_name="route",
            name="airline",
            field=models.CharField(max_length=3, verbose_name="airline"),
        ),
        migrations.AlterField(
            model_name="route",
            name="destination",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="arrivals",
                to="airports.airport",
                verbose_name="destination",
            ),
        ),
        migrations.AlterField(
            model_name="route",
            name="origin",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="departures",
                to="airports.airport",
                verbose_name="origin",
            ),
        ),
        migrations.AlterField(
            model_name="route",
            name="stops",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="stops"),
        ),
    ]
