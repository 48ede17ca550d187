"""What an order costs beside its goods, and what is let off."""
