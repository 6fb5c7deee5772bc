"""The app of the benchmarks' tables."""

from django.apps import AppConfig


class ShopConfig(AppConfig):
    """Warehouses, products, movements."""

    name = "tests.bench.shop"
    label = "shop"
