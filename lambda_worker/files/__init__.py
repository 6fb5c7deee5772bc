"""Reading files: from bytes to records, the same code in the preview and in the worker."""
