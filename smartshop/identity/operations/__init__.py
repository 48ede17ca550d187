"""What changes identity, each inside one unit of work."""
