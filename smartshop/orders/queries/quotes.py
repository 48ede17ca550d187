"""What a cart costs now, with the promotions that its buyer may use."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from smartshop.cart.queries import CartItem, CartSnapshot
from smartshop.kernel.extensions import db
from smartshop.orders.models import Order
from smartshop.orders.rules.states import State
from smartshop.pricing.queries import promotions
from smartshop.pricing.queries import shipping as deliveries
from smartshop.pricing.queries import tax as taxes
from smartshop.pricing.rules import eligibility, quoting
from smartshop.pricing.rules.eligibility import NOTHING, Buyer, OnOffer, Refusal
from smartshop.pricing.rules.lines import PricedLine
from smartshop.pricing.rules.quoting import Quote
from smartshop.pricing.rules.shipping import Shipping
from smartshop.pricing.rules.tax import Taxes


def on_offer(snapshot: CartSnapshot, buyer: Buyer) -> OnOffer:
    """The promotions this buyer may use, with the code that the cart holds."""
    if not snapshot.items:
        return NOTHING
    return promotions.on_offer(code=snapshot.code, buyer=buyer, has_ordered=lambda: has_ordered(buyer))


def quote_for(
    snapshot: CartSnapshot, *, shipping_code: str, country: str, currency: str, on_offer: OnOffer = NOTHING
) -> Quote:
    """What this cart costs now, sent this way to this country.

    Raises Invalid for a shipping method that is not on offer.
    """
    method = deliveries.shipping_method(
        shipping_code, country, goods_minor=snapshot.goods_minor, weight_grams=snapshot.weight_grams
    )
    return _quoted(snapshot, [method], taxes.taxes_of(country), currency, on_offer)[method.code]


@dataclass(frozen=True)
class Tariff:
    """What every order to a country is charged by."""

    methods: tuple[Shipping, ...]
    taxes: Taxes


def tariff(country: str) -> Tariff:
    """What orders to this country are charged by now."""
    return Tariff(tuple(deliveries.every_method(country)), taxes.taxes_of(country))


def every_quote(
    snapshot: CartSnapshot, *, charged_by: Tariff, currency: str, on_offer: OnOffer = NOTHING
) -> dict[str, Quote]:
    """What this cart costs in every way it can be sent, by the method's code, the default first."""
    carried = [
        method for method in charged_by.methods if method.carries(snapshot.goods_minor, snapshot.weight_grams)
    ]
    return _quoted(snapshot, carried, charged_by.taxes, currency, on_offer)


def why_not(snapshot: CartSnapshot, on_offer: OnOffer, quote: Quote) -> Refusal | None:
    """Why the code of the cart takes nothing off; None when it does or there is none."""
    lines = [_priced(item) for item in snapshot.items]
    return eligibility.why_not(code=snapshot.code, on_offer=on_offer, lines=lines, used=quote.promotions)


def has_ordered(buyer: Buyer) -> bool:
    """Whether this customer, by account or e-mail address, has an order that stands."""
    is_theirs = [Order.email == buyer.email.strip().lower()] if buyer.email else []
    if buyer.person_id is not None:
        is_theirs.append(Order.person_id == buyer.person_id)
    some = sa.select(Order.id).where(sa.or_(sa.false(), *is_theirs), Order.state != State.CANCELLED).limit(1)
    return db.session.scalar(some) is not None


def _quoted(
    snapshot: CartSnapshot, methods: Collection[Shipping], tax: Taxes, currency: str, on_offer: OnOffer
) -> dict[str, Quote]:
    lines = [_priced(item) for item in snapshot.items]
    return {
        method.code: quoting.quote(
            lines, currency=currency, shipping=method, tax=tax, promotions=on_offer.promotions
        )
        for method in methods
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
