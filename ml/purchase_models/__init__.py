"""Probability models of buying: histories, three models of how often, Gamma-Gamma for how much, and what that is worth."""
