"""Pure decisions of orders."""
