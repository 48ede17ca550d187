"""Orders with their lines, what came back of them, and how they were paid."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np
import sqlalchemy as sa

from smartshop.demo.assortment import products, shelves
from smartshop.demo.people import PersonPlan
from smartshop.demo.process import Flags, History, Ints
from smartshop.demo.writing import rows
from smartshop.demo.writing.catalog import Sold
from smartshop.identity.rules.addresses import Address
from smartshop.kernel import codes
from smartshop.kernel.extensions import db
from smartshop.kernel.money import allocate
from smartshop.orders.models import Order, OrderLine, OrderReturn
from smartshop.orders.rules.states import State
from smartshop.payments.models import PaymentAttempt
from smartshop.pricing.queries import shipping as deliveries
from smartshop.pricing.queries import tax as taxation
from smartshop.pricing.rules.shipping import Shipping
from smartshop.pricing.rules.tax import STANDARD, Tax

HOME = "GB"
WAYS_TO_PAY = ("test_card", "invoice", "cash_on_delivery")
PAY_SHARES = (0.8, 0.16, 0.04)
CANCEL_AFTER = np.timedelta64(7, "h")
DELIVERED_AFTER = np.timedelta64(2, "D")


@dataclass(frozen=True)
class Placed:
    """What orders cost, by order and by line; all amounts in minor units of the shop's currency."""

    number: list[str]
    at: list[datetime]
    is_cancelled: Flags
    is_delivered: Flags
    payment: list[str]
    shipping: list[Shipping]
    goods: Ints
    discount: Ints
    shipping_minor: Ints
    tax: list[int]
    unit: Ints
    line_discount: list[int]
    line_tax: list[int]
    returned: Ints

    @property
    def total(self) -> Ints:
        """The totals of the orders."""
        return self.goods - self.discount + self.shipping_minor


def price(history: History, people: Sequence[PersonPlan], sold: Sold, seed: int) -> Placed:
    """Price every order the way the shop does: inclusive tax, discount and tax spread so that parts sum."""
    rng = np.random.default_rng([seed, 5])
    count, end = len(history.at), history.truth.start + np.timedelta64(int(history.truth.days), "D")
    unit = sold.price_minor[sold.first_variant[history.product] + history.variant]
    gross = unit * history.quantity
    goods = np.bincount(history.order, gross, count).astype(np.int64)
    discount = (goods * history.discount_percent + 50) // 100
    methods = deliveries.shipping_methods(HOME)[:2]
    shipping = [methods[min(int(draw), len(methods) - 1)] for draw in rng.uniform(0, 1, count) > 0.85]
    shipping_minor = np.array([way.price_for(int(g), 0) for way, g in zip(shipping, goods, strict=True)])
    ends = np.cumsum(np.bincount(history.order, minlength=count))
    taxes = {
        country: taxation.taxes_of(country).of_class(STANDARD)
        for country in {person.country for person in people}
    }
    tax, line_tax, line_discount = _spread(
        [taxes[people[customer].country] for customer in history.customer],
        gross.tolist(), discount.tolist(), shipping_minor.tolist(), ends.tolist(),
    )  # fmt: skip
    is_cancelled = history.is_cancelled & (history.at + CANCEL_AFTER < end)
    net = gross - np.array(line_discount)
    back = np.where(is_cancelled[history.order], history.quantity, history.returned_quantity)
    return Placed(
        number=_numbers(count),
        at=rows.moments(history.at),
        is_cancelled=is_cancelled,
        is_delivered=history.at + DELIVERED_AFTER < end,
        payment=[WAYS_TO_PAY[draw] for draw in rng.choice(3, count, p=PAY_SHARES)],
        shipping=shipping,
        goods=goods,
        discount=discount,
        shipping_minor=shipping_minor,
        tax=tax,
        unit=unit,
        line_discount=line_discount,
        line_tax=line_tax,
        returned=(net * back + history.quantity // 2) // history.quantity,
    )


def _spread(
    taxes: list[Tax], gross: list[int], discount: list[int], shipping: list[int], ends: list[int]
) -> tuple[list[int], list[int], list[int]]:
    order_tax, line_tax, line_discount, begin = [], [], [], 0
    for tax, off, postage, end in zip(taxes, discount, shipping, ends, strict=True):
        lines = gross[begin:end]
        less = allocate(off, lines) if off else [0] * len(lines)
        left = [line - part for line, part in zip(lines, less, strict=True)]
        whole = tax.of(sum(left) + postage)
        order_tax.append(whole)
        line_tax += allocate(whole, [*left, postage])[:-1]
        line_discount += less
        begin = end
    return order_tax, line_tax, line_discount


def _numbers(count: int) -> list[str]:
    numbers: dict[str, None] = {}
    while len(numbers) < count:
        numbers[codes.order_number()] = None
    return list(numbers)


def write_orders(
    history: History, people: Sequence[PersonPlan], person_ids: Ints, emails: Sequence[str], placed: Placed,
    currency: str,
) -> Ints:  # fmt: skip
    """Insert the orders; returns their ids by place."""
    line_back = np.bincount(history.order, placed.returned, len(placed.number)).astype(np.int64)
    back = np.where(placed.is_cancelled, placed.total, line_back).tolist()
    total, states = placed.total.tolist(), _states(placed)
    addresses = [_address(person) for person in people]
    rows.insert(
        Order,
        [
            {
                "number": number,
                "person_id": None if is_guest else int(person_ids[customer]),
                "email": emails[customer],
                "country": people[customer].country,
                "source": "demo",
                "state": states[place],
                "placed_at": placed.at[place],
                "currency": currency,
                "goods_minor": int(placed.goods[place]),
                "discount_minor": int(placed.discount[place]),
                "shipping_minor": int(placed.shipping_minor[place]),
                "tax_minor": placed.tax[place],
                "total_minor": total[place],
                "returned_minor": back[place],
                "shipping_method": placed.shipping[place].name,
                "payment_method": placed.payment[place],
                "address": addresses[customer],
            }
            for place, (number, customer, is_guest) in enumerate(
                zip(placed.number, history.customer.tolist(), history.is_guest.tolist(), strict=True)
            )
        ],
    )
    ids = dict(db.session.execute(sa.select(Order.number, Order.id)).all())
    return np.array([ids[number] for number in placed.number])


def _states(placed: Placed) -> list[State]:
    waiting = [State.PAID if way == "test_card" else State.CONFIRMED for way in placed.payment]
    return [
        State.CANCELLED if is_cancelled else State.FULFILLED if is_delivered else state
        for state, is_cancelled, is_delivered in zip(
            waiting, placed.is_cancelled.tolist(), placed.is_delivered.tolist(), strict=True
        )
    ]


def _address(person: PersonPlan) -> dict[str, str]:
    return asdict(Address(person.name, person.line1, person.city, person.postcode, person.country))


def write_lines(history: History, order_ids: Ints, sold: Sold, placed: Placed) -> None:
    """Insert the lines with frozen copies of what was bought, and what came back of them."""
    variants = [(plan, variant) for plan in products() for variant in plan.variants]
    place = sold.first_variant[history.product] + history.variant
    starts = np.searchsorted(history.order, history.order)
    is_off = placed.is_cancelled[history.order]
    back = np.where(is_off, history.quantity, history.returned_quantity).tolist()
    found: list[dict[str, Any]] = []
    for line, (where, order, unit, quantity) in enumerate(
        zip(
            place.tolist(),
            history.order.tolist(),
            placed.unit.tolist(),
            history.quantity.tolist(),
            strict=True,
        )
    ):
        plan, variant = variants[where]
        found.append(
            {
                "order_id": int(order_ids[order]),
                "position": line - int(starts[line]) + 1,
                "kind": "product",
                "product_id": int(sold.product_id[history.product[line]]),
                "variant_id": int(sold.variant_id[where]),
                "sku": variant.sku,
                "product_name": plan.name,
                "variant_name": variant.name,
                "category_name": shelves()[plan.shelf].name,
                "quantity": quantity,
                "unit_price_minor": unit,
                "discount_minor": placed.line_discount[line],
                "tax_minor": placed.line_tax[line],
                "total_minor": unit * quantity - placed.line_discount[line],
                "returned_quantity": back[line],
                "returned_minor": int(placed.returned[line]),
            }
        )
    rows.insert(OrderLine, found)
    _write_returns(history, placed)


def returned_at(history: History, placed: Placed) -> np.ndarray[Any, np.dtype[np.datetime64]]:
    """Return when each line came back or was cancelled, if it did."""
    return np.where(
        placed.is_cancelled[history.order], history.at[history.order] + CANCEL_AFTER, history.returned_at
    )


def _write_returns(history: History, placed: Placed) -> None:
    at = returned_at(history, placed)
    starts = np.searchsorted(history.order, history.order)
    lines = db.session.execute(
        sa.select(
            Order.number,
            OrderLine.position,
            OrderLine.id,
            OrderLine.returned_quantity,
            OrderLine.returned_minor,
        )
        .join(Order, Order.id == OrderLine.order_id)
        .where(OrderLine.returned_quantity > 0)
    )
    place = {number: index for index, number in enumerate(placed.number)}
    first = {int(order): int(start) for order, start in zip(history.order, starts, strict=True)}
    found = [
        (first[place[number]] + position - 1, line_id, back, minor)
        for number, position, line_id, back, minor in lines
    ]
    times = rows.moments(at[[line for line, *_ in found]])
    rows.insert(
        OrderReturn,
        [
            {"order_line_id": line_id, "quantity": back, "amount_minor": minor, "at": when}
            for (_, line_id, back, minor), when in zip(found, times, strict=True)
        ],
    )


def write_payments(placed: Placed, currency: str) -> None:
    """Insert one payment attempt an order: captured, or waited for when nobody has paid yet."""
    is_paid = [
        way == "test_card" or is_delivered
        for way, is_delivered in zip(placed.payment, placed.is_delivered.tolist(), strict=True)
    ]
    rows.insert(
        PaymentAttempt,
        [
            {
                "reference": number,
                "gateway": placed.payment[place],
                "provider_reference": f"{placed.payment[place]}:{number}",
                "state": "captured" if is_paid[place] else "pending",
                "amount_minor": total,
                "currency": currency,
                "created_at": placed.at[place],
                "settled_at": placed.at[place],
            }
            for place, (number, total) in enumerate(zip(placed.number, placed.total.tolist(), strict=True))
        ],
    )
