"""A shop's warehouses, products and movements of stock: what the benchmarks import into."""
