"""The pages: start an import, follow it, list one's own."""
