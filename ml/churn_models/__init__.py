"""What the churn question is made of: its rows, the season, the candidates, their level, and the guard against leaks."""
