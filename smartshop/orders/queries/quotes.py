"""What a cart costs now."""

from collections.abc import Collection

from smartshop.cart.queries import CartItem, CartSnapshot
from smartshop.pricing.queries import shipping as deliveries
from smartshop.pricing.queries import tax as taxes
from smartshop.pricing.rules import quoting
from smartshop.pricing.rules.quoting import PricedLine, Quote
from smartshop.pricing.rules.shipping import Shipping


def quote_for(snapshot: CartSnapshot, *, shipping_code: str, country: str, currency: str) -> Quote:
    """What this cart costs now, sent this way to this country.

    Raises Invalid for a shipping method that is not on offer.
    """
    method = deliveries.shipping_method(
        shipping_code, country, goods_minor=snapshot.goods_minor, weight_grams=snapshot.weight_grams
    )
    return _quoted(snapshot, [method], country, currency)[method.code]


def every_quote(snapshot: CartSnapshot, *, country: str, currency: str) -> dict[str, Quote]:
    """What this cart costs now in every way it can be sent to this country, by the method's code, the default first."""
    methods = deliveries.shipping_methods(
        country, goods_minor=snapshot.goods_minor, weight_grams=snapshot.weight_grams
    )
    return _quoted(snapshot, methods, country, currency)


def _quoted(
    snapshot: CartSnapshot, methods: Collection[Shipping], country: str, currency: str
) -> dict[str, Quote]:
    lines, tax = [_priced(item) for item in snapshot.items], taxes.taxes_of(country)
    return {
        method.code: quoting.quote(lines, currency=currency, shipping=method, tax=tax) for method in methods
    }


def _priced(item: CartItem) -> PricedLine:
    return PricedLine(
        variant_id=item.variant_id,
        quantity=item.quantity,
        unit_price_minor=item.unit_price_minor,
        product_id=item.product_id,
        category_ids=item.category_ids,
        weight_grams=item.weight_grams,
        tax_class=item.tax_class,
    )
