"""What it costs to send an order. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shipping:
    """A way to send it; free from ``free_over_minor`` of goods, after discounts, when that is set."""

    code: str
    name: str
    description: str
    price_minor: int
    free_over_minor: int | None = None

    def price_for(self, goods_minor: int, weight_grams: int) -> int:  # noqa: ARG002 - what methods by weight go by
        """The price in minor units for goods that cost and weigh this much."""
        is_free = self.free_over_minor is not None and goods_minor >= self.free_over_minor
        return 0 if is_free else self.price_minor
