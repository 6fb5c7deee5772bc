"""A table of facts with two foreign keys to small tables, as many apps have it."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models


class Warehouse(models.Model):
    """Where stock lies."""

    code = models.CharField(max_length=10, unique=True)
    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.code


class Product(models.Model):
    """What lies there."""

    sku = models.CharField("SKU", max_length=20, unique=True)
    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.sku


class Movement(models.Model):
    """Stock that came or went.

    The indexes are the primary key's, the natural key's, and one more: those of Django's foreign
    keys are left out, so that the table is no heavier than the benchmark says it is.
    """

    STATES = [(state, state) for state in ("received", "shipped", "returned", "adjusted")]

    reference = models.CharField(max_length=20)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, db_index=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, db_index=False)
    quantity = models.IntegerField(validators=[MinValueValidator(1)])
    unit_price = models.DecimalField(max_digits=10, decimal_places=2)
    moved_on = models.DateField()
    state = models.CharField(max_length=10, choices=STATES)
    note = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reference"], name="movement_once")]
        indexes = [models.Index(fields=["warehouse", "moved_on"], name="movement_by_day")]

    def __str__(self) -> str:
        return self.reference
