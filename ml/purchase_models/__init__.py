"""Probability models of buying: summaries of a history, BG/NBD counts, Gamma-Gamma values, and what they are worth."""
