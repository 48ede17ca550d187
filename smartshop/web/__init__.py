"""Pages and their guards, by audience."""
