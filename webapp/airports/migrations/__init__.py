"""Migrations of the example domain."""
