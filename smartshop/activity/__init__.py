"""What people did in the shop: an append-only log of events."""
