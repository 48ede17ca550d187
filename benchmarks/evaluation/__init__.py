"""Every public figure this project states, computed again from the public data."""
