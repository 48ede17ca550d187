"""What it costs to send an order. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class ChargedBy(StrEnum):
    """What the price of a method depends on."""

    FLAT = "flat"
    WEIGHT = "weight"
    VALUE = "value"


@dataclass(frozen=True)
class Band:
    """A price up to and including ``up_to`` grams or minor units; without a limit when that is None."""

    up_to: int | None
    price_minor: int


@dataclass(frozen=True)
class Shipping:
    """A way to send it; free from ``free_over_minor`` of goods, after discounts, when that is set.

    ``bands`` rise, one ending where the next begins; what is beyond the last one is not carried.
    """

    code: str
    name: str
    description: str
    price_minor: int
    free_over_minor: int | None = None
    charged_by: ChargedBy = ChargedBy.FLAT
    bands: tuple[Band, ...] = ()

    def carries(self, goods_minor: int, weight_grams: int) -> bool:
        """Whether goods that cost and weigh this much can be sent this way."""
        return self.charged_by is ChargedBy.FLAT or self._band(goods_minor, weight_grams) is not None

    def price_for(self, goods_minor: int, weight_grams: int) -> int:
        """The price in minor units for goods that cost and weigh this much.

        Raises ValueError for what it does not carry.
        """
        if self.free_over_minor is not None and goods_minor >= self.free_over_minor:
            return 0
        if self.charged_by is ChargedBy.FLAT:
            return self.price_minor
        band = self._band(goods_minor, weight_grams)
        if band is None:
            raise ValueError(f"{self.code} does not carry {weight_grams} g worth {goods_minor}")
        return band.price_minor

    @property
    def lowest_minor(self) -> int:
        """The least it costs, before it is free."""
        return min((band.price_minor for band in self.bands), default=self.price_minor)

    def _band(self, goods_minor: int, weight_grams: int) -> Band | None:
        size = weight_grams if self.charged_by is ChargedBy.WEIGHT else goods_minor
        return next((band for band in self.bands if band.up_to is None or size <= band.up_to), None)
