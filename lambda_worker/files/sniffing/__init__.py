"""A CSV file's dialect and layout, found in its first lines."""
