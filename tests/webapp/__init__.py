"""Tests of the project: its settings, and what runs on a dyno."""
