"""Price bands a list of products can be narrowed to."""

from collections.abc import Sequence
from dataclasses import dataclass

EDGES = (10, 25, 50, 100)


@dataclass(frozen=True)
class Band:
    """Prices from ``low_minor`` up to but not including ``high_minor``; None is open. ``code`` names it in an address."""

    code: str
    low_minor: int | None
    high_minor: int | None


def bands(exponent: int, edges: Sequence[int] = ()) -> tuple[Band, ...]:
    """Bands for a currency of this many decimals, parted at whole amounts of it.

    Without ``edges`` at the usual ones; without decimals a unit is small, so these are 100 times as far apart.
    """
    unit = 10**exponent if exponent or edges else 100
    edges = [edge * unit for edge in edges or EDGES]
    lows, highs = [None, *edges], [*edges, None]
    return tuple(Band(f"{low or ''}-{high or ''}", low, high) for low, high in zip(lows, highs, strict=True))
