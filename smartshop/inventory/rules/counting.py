"""What staff may say about a stock."""

from smartshop.kernel.errors import Invalid
from smartshop.kernel.legible import is_legible

MOST = 1_000_000
"""More than this of one variant is a slip of the finger."""
LONGEST_NOTE = 80


def checked_receipt(quantity: int, on_hand: int) -> int:
    """What is on hand after this many came in.

    Raises Invalid.
    """
    if quantity < 1:
        raise _wrong("quantity", "Say how many came in: a whole number from 1 up.")
    if on_hand + quantity > MOST:
        raise _wrong("quantity", f"At most {MOST:,} can be on hand. Check the number.")
    return on_hand + quantity


def checked_level(counted: int) -> int:
    """What was counted.

    Raises Invalid.
    """
    if not 0 <= counted <= MOST:
        raise _wrong("counted", f"Say how many there are: a whole number from 0 to {MOST:,}.")
    return counted


def checked_note(field: str, text: str) -> str:
    """The reference or reason that goes into the ledger, in one line.

    Raises Invalid.
    """
    note = " ".join(text.split())
    if not note or len(note) > LONGEST_NOTE or not is_legible(note):
        raise _wrong(field, f"Fill this in for the ledger, in at most {LONGEST_NOTE} characters.")
    return note


def _wrong(field: str, text: str) -> Invalid:
    return Invalid(text, {field: text})
