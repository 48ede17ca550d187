"""What a basket costs: the quote engine, shipping methods, tax rates."""
