"""Packed files: unpacked as they come, memory bounded."""
