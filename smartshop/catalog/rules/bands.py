"""Price bands a list of products can be narrowed to."""

from dataclasses import dataclass

EDGES = (10, 25, 50, 100)


@dataclass(frozen=True)
class Band:
    """Prices from ``low_minor`` up to but not including ``high_minor``; None is open. ``code`` names it in an address."""

    code: str
    low_minor: int | None
    high_minor: int | None


def bands(exponent: int) -> tuple[Band, ...]:
    """Bands for a currency of this many decimals; without decimals a unit is small, so the edges are 100 times as far."""
    unit = 10**exponent if exponent else 100
    edges = [edge * unit for edge in EDGES]
    lows, highs = [None, *edges], [*edges, None]
    return tuple(Band(f"{low or ''}-{high or ''}", low, high) for low, high in zip(lows, highs, strict=True))
