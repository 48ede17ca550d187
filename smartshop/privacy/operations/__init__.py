"""Erasing people, and forgetting what has grown old."""
