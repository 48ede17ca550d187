"""Tables of what an order costs beside its goods, and of what is let off."""
