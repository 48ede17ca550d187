"""A line of a basket as prices are worked out from it. Pure."""

from dataclasses import dataclass

from smartshop.pricing.rules.tax import STANDARD


@dataclass(frozen=True)
class PricedLine:
    """What is asked for: ``quantity`` of a variant at ``unit_price_minor`` as shown; each weighs ``weight_grams``."""

    variant_id: int
    quantity: int
    unit_price_minor: int
    product_id: int = 0
    category_ids: tuple[int, ...] = ()
    """The product's own category and all above it."""
    weight_grams: int = 0
    tax_class: str = STANDARD

    @property
    def gross_minor(self) -> int:
        """What it costs before any discount."""
        return self.quantity * self.unit_price_minor
