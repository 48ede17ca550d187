"""What identity tells its readers, as frozen dataclasses."""
