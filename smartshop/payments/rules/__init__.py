"""Pure decisions of payments."""
