"""Commands, one group per noun."""
