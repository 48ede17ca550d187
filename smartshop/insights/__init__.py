"""Segments, churn and customer value: frames out of the database, training, predictions pages read."""
