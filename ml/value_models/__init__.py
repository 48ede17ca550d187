"""Value: what the models foresee at a moment, in which season, which of them was right, and what that makes of customers."""
