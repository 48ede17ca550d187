"""Pages of text that staff writes: about the shop, delivery, privacy, terms."""
