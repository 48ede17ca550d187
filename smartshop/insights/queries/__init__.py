"""What insights tells its readers, as frozen dataclasses."""
