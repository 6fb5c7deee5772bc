"""Tests that hold two declarations of one thing together."""
