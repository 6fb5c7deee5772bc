"""Models of every kind of field, key and rule."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinLengthValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Lower, Now
from django.utils import timezone


class Tenant(models.Model):
    """Whose rows are whose."""

    name = models.CharField(max_length=50, unique=True)

    def __str__(self) -> str:
        return self.name


class Customer(models.Model):
    """A tenant's own; numbers are unique within the tenant alone."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
    number = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    email = models.EmailField(blank=True)
    status = models.CharField(max_length=1, choices=[("a", "Active"), ("g", "Gone")], default="a")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="customer_number_once"),
            models.UniqueConstraint(
                fields=["tenant", "email"], condition=~Q(email=""), name="customer_email_once"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Invoice(models.Model):
    """Refers to a tenant's customer."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
    number = models.IntegerField()
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)

    class Meta:
        unique_together = [("tenant", "number")]

    def __str__(self) -> str:
        return str(self.number)


class Continent(models.Model):
    """The top of a chain."""

    code = models.CharField(max_length=2, unique=True)

    def __str__(self) -> str:
        return self.code


class Land(models.Model):
    """A country; the middle of a chain."""

    code = models.CharField(max_length=2, unique=True)
    continent = models.ForeignKey(Continent, on_delete=models.CASCADE)

    def __str__(self) -> str:
        return self.code


class City(models.Model):
    """Known by its country and its name."""

    land = models.ForeignKey(Land, on_delete=models.CASCADE)
    name = models.CharField(max_length=50)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["land", "name"], name="city_once")]

    def __str__(self) -> str:
        return self.name


class Station(models.Model):
    """Found by its code, its city by two keys."""

    code = models.SlugField(primary_key=True, max_length=10)
    city = models.ForeignKey(City, null=True, blank=True, on_delete=models.SET_NULL)

    def __str__(self) -> str:
        return self.code


class Category(models.Model):
    """A tree."""

    code = models.CharField(max_length=10, unique=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE)

    def __str__(self) -> str:
        return self.code


class Tag(models.Model):
    """What articles are tagged with."""

    name = models.CharField(max_length=20, unique=True)

    def __str__(self) -> str:
        return self.name


class Article(models.Model):
    """Nearly every field that Django has, in a table whose name needs quotes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(unique=True, db_column="Slug of it")
    title = models.CharField(max_length=20, validators=[MinLengthValidator(2)])
    body = models.TextField(blank=True)
    link = models.URLField(blank=True)
    rank = models.PositiveSmallIntegerField(null=True, validators=[MaxValueValidator(10)])
    views = models.PositiveBigIntegerField(default=0)
    price = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    ratio = models.FloatField(null=True)
    active = models.BooleanField(default=True)
    day = models.DateField(default=timezone.localdate)
    published = models.DateTimeField(null=True)
    at = models.TimeField(null=True)
    reading = models.DurationField(null=True)
    payload = models.JSONField(default=dict)
    address = models.GenericIPAddressField(null=True)
    key = models.UUIDField(null=True)
    words = ArrayField(models.CharField(max_length=5), blank=True, default=list)
    sizes = ArrayField(models.SmallIntegerField(), null=True)
    picture = models.BinaryField(null=True)
    digest = models.BinaryField(null=True, max_length=2)
    length = models.GeneratedField(
        expression=Length("title"), output_field=models.IntegerField(), db_persist=True
    )
    tags = models.ManyToManyField(Tag, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "All the Articles"

    def __str__(self) -> str:
        return self.slug


class Parcel(models.Model):
    """In a schema of its own."""

    number = models.IntegerField(unique=True)
    weight = models.DecimalField(max_digits=6, decimal_places=3, default=Decimal(1))

    class Meta:
        db_table = 'shapes"."Parcel'

    def __str__(self) -> str:
        return str(self.number)


class Booking(models.Model):
    """Rules that the table holds."""

    reference = models.CharField(
        max_length=10, unique=True, validators=[RegexValidator(r"^B\d+$", "B and digits")]
    )
    room = models.CharField(max_length=10)
    begins = models.DateField()
    ends = models.DateField()
    cancelled = models.BooleanField(default=False)
    code = models.CharField(max_length=10, null=True, blank=True)  # noqa: DJ001  (unique)
    seat = models.IntegerField(null=True)
    made = models.DateTimeField(db_default=Now())
    bonus = models.IntegerField(db_default=Length(models.Value("four")) + 3)
    article = models.OneToOneField(Article, null=True, blank=True, on_delete=models.SET_NULL)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gte=F("begins")),
                name="ends_after_it_begins",
                violation_error_message="a booking ends on the day it begins, or later",
            ),
            models.UniqueConstraint(
                fields=["room", "begins"], condition=Q(cancelled=False), name="room_is_free"
            ),
            models.UniqueConstraint(Lower("code"), name="code_once"),
            models.UniqueConstraint(fields=["room", "seat"], nulls_distinct=False, name="one_seat"),
        ]

    def __str__(self) -> str:
        return self.reference
