"""What changes orders, each inside one unit of work."""
