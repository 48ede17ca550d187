"""An ordered list of what goes well with a product."""

from collections.abc import Sequence

from smartshop.kernel.errors import Invalid

MOST = 12


def added(picks: Sequence[int], product_id: int) -> list[int]:
    """With this product at the end, once.

    Raises Invalid when the list is full.
    """
    if product_id in picks:
        return list(picks)
    if len(picks) >= MOST:
        raise Invalid(f"At most {MOST} products go with one. Take another out first.")
    return [*picks, product_id]


def without(picks: Sequence[int], product_id: int) -> list[int]:
    return [pick for pick in picks if pick != product_id]


def earlier(picks: Sequence[int], product_id: int) -> list[int]:
    """With this product one place further to the front."""
    moved = list(picks)
    if product_id in moved[1:]:
        place = moved.index(product_id)
        moved[place - 1 : place + 1] = [product_id, moved[place - 1]]
    return moved


def later(picks: Sequence[int], product_id: int) -> list[int]:
    """With this product one place further to the end."""
    return earlier(picks[::-1], product_id)[::-1]
