"""A Django app for tests alone: models of every kind of field, key and rule."""
