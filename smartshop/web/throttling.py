"""How often one address may ask for what costs work, sends e-mails or can be guessed at.

Refused requests answer 429 with Retry-After. The counts are in Redis when REDIS_URL is set, else in each process; so
they are while Redis is away.
"""

ATTEMPTS = "20 per minute; 300 per hour"
"""Passwords, codes and orders looked up: whatever opens something to who guesses right."""

COUPONS = "15 per minute; 100 per hour"
"""Coupon codes tried."""

WRITINGS = "20 per minute; 120 per hour"
"""Reviews."""

HEARTS = "60 per minute"
"""Products saved for later and taken off the list."""

NOTICES = "30 per hour"
"""Addresses left to be told of new stock."""

SUGGESTIONS = "150 per minute"
"""What is suggested while somebody types."""

NEW_ACCOUNTS = "20 per minute; 100 per hour"
"""Accounts asked for at sign-up and at checkout: each costs a password's hash and an e-mail."""

REPORTS = "20 per minute; 200 per hour"
"""What browsers report of the content policy."""
