"""Imports of big files into models: `register` an `ImportTarget` in an app's imports.py."""

from imports.registry import register
from imports.targets import ImportTarget

__all__ = ["ImportTarget", "register"]
