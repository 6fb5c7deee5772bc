"""Imports of big files into models: `register` an `ImportTarget` in an app's imports.py."""

from imports.registry import register
from imports.targets import ImportTarget
from lambda_worker.plan import Dates, Duplicates, Mode, ReadAs

__all__ = ["Dates", "Duplicates", "ImportTarget", "Mode", "ReadAs", "register"]
