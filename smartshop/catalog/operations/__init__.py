"""What changes catalog, each inside one unit of work."""
