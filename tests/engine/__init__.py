"""The engine as a whole, from a model to its rows."""
