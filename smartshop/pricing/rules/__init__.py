"""What a basket costs. Pure."""
