"""What changes payments, each inside one unit of work."""
