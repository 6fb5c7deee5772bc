"""The example domain, which an adopter replaces: countries, airports and routes."""
