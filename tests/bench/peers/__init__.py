"""Other tools at the same job, each in a process of its own."""
