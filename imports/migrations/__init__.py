"""Migrations of the imports app."""
