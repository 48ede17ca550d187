"""Placing orders, their states, and the import of order history."""
