"""Files that others wrote, from published packages."""
