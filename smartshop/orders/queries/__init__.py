"""What orders tells its readers, as frozen dataclasses."""
