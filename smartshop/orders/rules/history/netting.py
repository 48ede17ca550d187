"""What a credit cancels: the customer's earlier purchases of the same code."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from smartshop.kernel import money


@dataclass(slots=True)
class Sale:
    """A kept purchase line; amounts in minor units. ``line_id`` is set when it was imported by an earlier file."""

    invoice: str
    customer: str
    code: str
    kind: str
    description: str
    quantity: int
    unit_minor: int
    total_minor: int
    at: datetime
    returned_quantity: int = 0
    returned_minor: int = 0
    line_id: int | None = None

    @property
    def remaining(self) -> int:
        """The quantity that has not come back."""
        return self.quantity - self.returned_quantity


@dataclass(frozen=True, slots=True)
class Credit:
    """A cancellation line; ``quantity`` is positive."""

    number: int
    invoice: str
    customer: str
    code: str
    quantity: int
    price: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class Return:
    """Part of a sale that a credit takes back."""

    sale: Sale
    credit: Credit
    quantity: int
    amount_minor: int


def net(sales: Iterable[Sale], credits_: Sequence[Credit], currency: str) -> list[Return]:
    """Let every credit take back what it can, oldest credit first; counts it on the sales.

    A credit takes from sales of the same customer and code that are not later than itself and still have
    something left: those of the same unit price first, among them the latest first. The amount is the
    share of the sale's total, or less when the credit's own price is lower.
    """
    wanted = {(credit.customer, credit.code) for credit in credits_}
    open_sales: dict[tuple[str, str], list[Sale]] = defaultdict(list)
    for sale in sales:
        if (sale.customer, sale.code) in wanted:
            open_sales[sale.customer, sale.code].append(sale)
    returns: list[Return] = []
    for credit in sorted(credits_, key=lambda c: (c.at, c.number)):
        returns += _taken_back(credit, open_sales[credit.customer, credit.code], currency)
    return returns


def _taken_back(credit: Credit, candidates: list[Sale], currency: str) -> list[Return]:
    unit_minor = money.to_minor(credit.price, currency)
    eligible = [sale for sale in candidates if sale.remaining and sale.at <= credit.at]
    eligible.sort(key=lambda sale: (sale.unit_minor == unit_minor, sale.at), reverse=True)
    left, returns = credit.quantity, []
    for sale in eligible:
        if not left:
            break
        quantity = min(left, sale.remaining)
        amount = _share(sale, quantity)
        if sale.unit_minor != unit_minor:
            amount = min(amount, money.to_minor(credit.price * quantity, currency))
        sale.returned_quantity += quantity
        sale.returned_minor += amount
        left -= quantity
        returns.append(Return(sale, credit, quantity, amount))
    return returns


def _share(sale: Sale, quantity: int) -> int:
    """The part of the total that the next ``quantity`` units are; all parts sum to the total."""
    before, after = sale.returned_quantity, sale.returned_quantity + quantity
    return money.round_half_up(Fraction(sale.total_minor * after, sale.quantity)) - money.round_half_up(
        Fraction(sale.total_minor * before, sale.quantity)
    )
