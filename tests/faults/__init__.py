"""Faults injected into a worker that runs in a process of its own, and what is left afterwards."""
