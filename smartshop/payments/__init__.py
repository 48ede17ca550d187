"""Payment attempts and the gateways they go through. Knows no orders, only a reference."""
