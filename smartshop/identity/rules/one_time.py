"""Mailed codes: what they open, how long, and how often they may be tried."""

import re
from datetime import timedelta
from enum import StrEnum

LASTS = timedelta(minutes=10)
MOST_TRIES = 5
PER_HOUR = 5
PER_DAY = 10
"""Codes for one subject. With five tries each a day allows fifty guesses at one in a hundred million."""


class Purpose(StrEnum):
    RESET = "reset"
    """Choose a new password; the subject is the address."""

    SIGN_UP = "sign_up"
    """Open an account; the subject is the fingerprint of the token in the browser that asked."""

    EMAIL = "email"
    """Use a new address; the subject is the person."""

    UNDO_EMAIL = "undo_email"
    """Not a code but a link, to take a new address back; the subject is the link."""


def digits_of(typed: str) -> str:
    """A code as it was typed, without the spaces and dashes that people put between groups."""
    return re.sub(r"[\s-]", "", typed)[:32]
