"""Whole journeys on the local stack: policy-checked upload, event, queue, the deployed zip,
mail."""
