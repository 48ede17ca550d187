"""What changes insights, each inside one unit of work."""
