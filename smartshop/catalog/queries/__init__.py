"""What catalog tells its readers, as frozen dataclasses."""
