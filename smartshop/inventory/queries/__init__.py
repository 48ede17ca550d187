"""What inventory tells its readers, as frozen dataclasses."""
