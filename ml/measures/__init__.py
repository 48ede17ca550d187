"""The parts of the feature expression: what orders, what was in them, and what browsing say of a customer."""
