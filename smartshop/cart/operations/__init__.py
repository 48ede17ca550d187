"""Filling carts, and forgetting those that nobody comes back to."""
