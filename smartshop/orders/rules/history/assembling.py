"""Kept sales put together: orders, the products they sold and the customers who bought."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from smartshop.orders.rules.history import codes
from smartshop.orders.rules.history.netting import Sale


@dataclass(slots=True)
class HistoricOrder:
    """All kept sales of one invoice; amounts in minor units."""

    invoice: str
    customer: str
    country: str
    placed_at: datetime
    sales: list[Sale] = field(default_factory=list)

    @property
    def total_minor(self) -> int:
        return sum(sale.total_minor for sale in self.sales)

    @property
    def shipping_minor(self) -> int:
        return sum(sale.total_minor for sale in self.sales if sale.kind == codes.SHIPPING)

    @property
    def returned_minor(self) -> int:
        return sum(sale.returned_minor for sale in self.sales)

    @property
    def is_all_back(self) -> bool:
        """Whether every unit and all of its money came back."""
        return not any(sale.remaining for sale in self.sales) and self.returned_minor == self.total_minor


@dataclass(slots=True)
class SoldProduct:
    """What the sales of one stock code tell: how it was called, and its price when sold last."""

    code: str
    first_at: datetime
    last_at: datetime
    price_minor: int
    names: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        """The most frequent description, the first in the alphabet among equals; the code when there is none."""
        return max(sorted(self.names), key=lambda name: self.names[name]) if self.names else self.code


@dataclass(slots=True)
class Buyer:
    """A customer with at least one kept purchase."""

    key: str
    country: str
    first_at: datetime


def orders(sales: Iterable[Sale], countries: Mapping[str, str]) -> list[HistoricOrder]:
    """The orders, oldest first; one is placed when the first of its lines was."""
    found: dict[str, HistoricOrder] = {}
    for sale in sales:
        order = found.get(sale.invoice)
        if order is None:
            country = countries.get(sale.invoice, "")
            order = found[sale.invoice] = HistoricOrder(sale.invoice, sale.customer, country, sale.at)
        elif sale.at < order.placed_at:
            order.placed_at = sale.at
        order.sales.append(sale)
    return sorted(found.values(), key=lambda order: (order.placed_at, order.invoice))


def products(sales: Iterable[Sale]) -> dict[str, SoldProduct]:
    """The goods among the sales by stock code; shipping and fees are none."""
    found: dict[str, SoldProduct] = {}
    for sale in sales:
        if sale.kind != codes.PRODUCT:
            continue
        product = found.get(sale.code)
        if product is None:
            product = found[sale.code] = SoldProduct(sale.code, sale.at, sale.at, sale.unit_minor)
        elif sale.at >= product.last_at:
            product.last_at, product.price_minor = sale.at, sale.unit_minor
        product.first_at = min(product.first_at, sale.at)
        if sale.description:
            product.names[sale.description] += 1
    return found


def buyers(orders_: Iterable[HistoricOrder]) -> dict[str, Buyer]:
    """The customers of orders given oldest first; their country is that of their first order."""
    found: dict[str, Buyer] = {}
    for order in orders_:
        if order.customer and order.customer not in found:
            found[order.customer] = Buyer(order.customer, order.country, order.placed_at)
    return found
