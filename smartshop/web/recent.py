"""The last products this browser looked at: their ids, in its own session and nowhere else."""

from collections.abc import Iterable

from flask import session

MOST = 12
KEY = "recent"


def note(product_id: int) -> None:
    """Put a product first."""
    before = seen()
    if before[:1] != [product_id]:
        session[KEY] = [product_id, *(each for each in before if each != product_id)][:MOST]


def seen(*, leaving_out: Iterable[int] = ()) -> list[int]:
    """The ids, the latest first."""
    return [each for each in session.get(KEY, ()) if each not in set(leaving_out)]
