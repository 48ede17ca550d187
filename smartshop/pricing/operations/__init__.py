"""Changing what is let off, and counting who used it."""
