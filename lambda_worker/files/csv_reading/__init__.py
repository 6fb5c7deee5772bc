"""CSV in any dialect: bytes in, records out."""
