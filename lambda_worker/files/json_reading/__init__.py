"""JSON and JSON lines: bytes in, records out."""
