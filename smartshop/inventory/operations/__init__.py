"""What changes inventory, each inside one unit of work."""
