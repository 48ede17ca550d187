"""How much of one thing a cart may hold, and what a merge keeps. Pure."""

from collections.abc import Mapping

MOST_OF_ONE = 99


def merged(own: Mapping[int, int], guest: Mapping[int, int]) -> dict[int, int]:
    """Quantities by variant after a sign-in: the larger of the two, so that signing in again never doubles."""
    return {
        variant_id: max(own.get(variant_id, 0), guest.get(variant_id, 0)) for variant_id in {**own, **guest}
    }


def holder(cart_id: int) -> str:
    """The name under which stock is held for a cart at the till."""
    return f"cart:{cart_id}"
