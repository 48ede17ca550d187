"""The basket and its snapshot."""
