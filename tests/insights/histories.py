"""A small shop's order history with everything in it that a frame has to get right."""

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from smartshop.activity.models import Event
from smartshop.catalog.models import Category, Product
from smartshop.identity.models import Person
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.models import Order, OrderLine, OrderReturn

END = datetime(2026, 6, 1, tzinfo=UTC)
DAYS = 600
PRODUCTS = 12
CATEGORIES = ("Mugs", "Candles", "Bags")


@dataclass(frozen=True)
class Line:
    """One order line to be: what it is, how many, for how much each, and what came back of it when."""

    sku: str
    quantity: int
    unit_minor: int
    kind: str = "product"
    returned: int = 0
    returned_at: datetime | None = None
    discount_minor: int = 0


def write_catalog() -> None:
    with unit_of_work():
        for index, name in enumerate(CATEGORIES, start=1):
            db.session.add(Category(id=index, slug=name.lower(), name=name))
        db.session.flush()
        for index in range(1, PRODUCTS + 1):
            product = Product(id=index, slug=f"p{index}", name=f"Product {index}", category_id=index % 3 + 1)
            product.created_at = product.updated_at = END - timedelta(days=DAYS)
            db.session.add(product)


def write_people(count: int, first: int = 1) -> None:
    rows = [
        {"id": each, "name": f"Customer {each}", "created_at": END - timedelta(days=DAYS)}
        for each in range(first, first + count)
    ]
    with unit_of_work():
        db.session.execute(sa.insert(Person), rows)


class Ledger:
    """Collects orders and writes them in one go, numbering as it goes."""

    def __init__(self, first_order: int = 1) -> None:
        self.orders: list[dict[str, Any]] = []
        self.lines: list[dict[str, Any]] = []
        self.returns: list[dict[str, Any]] = []
        self._next = first_order

    def order(
        self,
        person_id: int | None,
        placed_at: datetime,
        *lines: Line,
        state: str = "fulfilled",
        currency: str = "GBP",
        shipping_minor: int = 0,
        country: str = "",
    ) -> int:
        order_id, self._next = self._next, self._next + 1
        goods = sum(each.quantity * each.unit_minor for each in lines)
        discount = sum(each.discount_minor for each in lines)
        self.orders.append(
            {
                "id": order_id,
                "number": f"N{order_id}",
                "person_id": person_id,
                "source": "import",
                "state": state,
                "placed_at": placed_at,
                "currency": currency,
                "country": country,
                "goods_minor": goods,
                "discount_minor": discount,
                "shipping_minor": shipping_minor,
                "total_minor": goods - discount + shipping_minor,
                "returned_minor": sum(each.returned * each.unit_minor for each in lines),
            }
        )
        for position, each in enumerate(lines):
            self._line(order_id, position, each)
        return order_id

    def _line(self, order_id: int, position: int, line: Line) -> None:
        line_id = len(self.lines) + 1 + order_id * 10
        product = int(line.sku[1:]) if line.kind == "product" else None
        self.lines.append(
            {
                "id": line_id,
                "order_id": order_id,
                "position": position,
                "kind": line.kind,
                "product_id": product,
                "sku": line.sku,
                "product_name": line.sku,
                "category_name": CATEGORIES[product % 3] if product else "",
                "quantity": line.quantity,
                "unit_price_minor": line.unit_minor,
                "discount_minor": line.discount_minor,
                "total_minor": line.quantity * line.unit_minor - line.discount_minor,
                "returned_quantity": line.returned,
                "returned_minor": line.returned * line.unit_minor,
            }
        )
        if line.returned:
            self.returns.append(
                {
                    "order_line_id": line_id,
                    "quantity": line.returned,
                    "amount_minor": line.returned * line.unit_minor,
                    "at": line.returned_at,
                }
            )

    def write(self) -> None:
        with unit_of_work():
            for table, rows in ((Order, self.orders), (OrderLine, self.lines), (OrderReturn, self.returns)):
                if rows:
                    db.session.execute(sa.insert(table), rows)


def write_believable_history(customers: int = 400, *, seed: int = 5, end: datetime = END) -> None:
    """Customers with their own rates and lifetimes, two copies of one customer, guests, returns and cancellations."""
    chance = random.Random(seed)
    write_catalog()
    write_people(customers)
    ledger = Ledger()
    for person in range(1, customers + 1):
        twin = chance if person > 2 else random.Random(99)
        for at in _moments(twin, end):
            ledger.order(person, at, *_basket(twin, at), shipping_minor=twin.choice((0, 0, 395)))
    ledger.order(None, end - timedelta(days=9), Line("p1", 2, 500))
    ledger.order(3, end - timedelta(days=8), Line("p1", 1, 9_900_00), state="cancelled")
    ledger.order(3, end - timedelta(days=7), Line("p2", 1, 100), currency="EUR")
    ledger.write()


def write_looks(*, every_days: int = 20) -> None:
    """Sessions without an order of everybody who orders, as long as they do; what they say of later orders is no finding."""
    spans: list[tuple[int, datetime, datetime]] = [
        (int(person or 0), first, last)
        for person, first, last in db.session.execute(
            sa.select(Order.person_id, sa.func.min(Order.placed_at), sa.func.max(Order.placed_at))
            .where(Order.person_id.is_not(None))
            .group_by(Order.person_id)
        )
    ]
    seen = [
        {
            "at": first + timedelta(days=day), "kind": kind, "visitor_id": f"{person:032x}",
            "session_id": f"{person:016x}{day:016x}", "person_id": person,
        }
        for person, first, last in spans
        for day in range(3 + person % every_days, (last - first).days + every_days, every_days)
        for kind in ("visit", "view")
    ]  # fmt: skip
    with unit_of_work():
        db.session.execute(sa.insert(Event), seen)


def cancel(order_ids: list[int], at: datetime) -> None:
    """Cancel orders of which nothing came back, every piece of them let go at ``at``."""
    with unit_of_work():
        for order in db.session.scalars(sa.select(Order).where(Order.id.in_(order_ids))):
            order.state = "cancelled"
        for line in db.session.scalars(sa.select(OrderLine).where(OrderLine.order_id.in_(order_ids))):
            line.returned_quantity, line.returned_minor = line.quantity, line.total_minor
            db.session.add(
                OrderReturn(
                    order_line_id=line.id, quantity=line.quantity, amount_minor=line.total_minor, at=at
                )
            )


def write_full_history(customers: int = 60, *, seed: int = 6, end: datetime = END) -> None:
    """Customers who return, cancel, get discounts, order from three countries, and browse: all a feature may read."""
    chance = random.Random(seed)
    write_catalog()
    write_people(customers)
    ledger, seen = Ledger(), []
    for person in range(1, customers + 1):
        for at in _moments(chance, end):
            lines = [_reduced(line, chance) for line in _basket(chance, at)]
            state = "fulfilled"
            if chance.random() < 0.1:
                off = at + timedelta(days=chance.randint(1, 40))
                lines = [
                    replace(line, returned=line.quantity, returned_at=off, discount_minor=0) for line in lines
                ]
                state = "cancelled"
            country = chance.choice(("United Kingdom", "United Kingdom", "Germany", "France"))
            ledger.order(
                person, at, *lines, state=state, shipping_minor=chance.choice((0, 395)), country=country
            )
            seen += _visit(chance, person, at)
    ledger.write()
    with unit_of_work():
        db.session.execute(sa.insert(Event), seen)


def _reduced(line: Line, chance: random.Random) -> Line:
    if line.returned or chance.random() < 0.7:
        return line
    return replace(line, discount_minor=line.quantity * line.unit_minor // 7)


def _visit(chance: random.Random, person: int | None, ordered_at: datetime) -> list[dict[str, Any]]:
    """Two sessions, one before the order and one of it; some of the first leave a cart behind."""
    events = []
    for at, last in ((ordered_at - timedelta(days=chance.randint(1, 30)), "view"), (ordered_at, "order")):
        session = f"{chance.getrandbits(128):032x}"
        steps = ["visit", "view", chance.choice(("search", "cart_add")), last]
        events += [
            {
                "at": at - timedelta(minutes=len(steps) - step), "kind": kind, "visitor_id": f"{person or 0:032x}",
                "session_id": session, "person_id": person, "product_id": None, "value": None,
            }
            for step, kind in enumerate(steps)
        ]  # fmt: skip
    return events


def _moments(chance: random.Random, end: datetime) -> list[datetime]:
    start = end - timedelta(days=chance.uniform(20, DAYS))
    rate, lifetime = chance.gammavariate(1.2, 1 / 40), chance.expovariate(1 / 250)
    at, moments = 0.0, [start]
    while True:
        at += chance.expovariate(rate)
        when = start + timedelta(days=at)
        if at > lifetime or when >= end:
            return [each.replace(microsecond=0) for each in moments]
        moments.append(when)


def _basket(chance: random.Random, at: datetime) -> list[Line]:
    lines = []
    for _ in range(chance.randint(1, 4)):
        quantity, returned = chance.randint(1, 6), 0
        if chance.random() < 0.04:
            returned = chance.randint(1, quantity)
        price = chance.randint(150, 3_000)
        sku = f"p{chance.randint(1, PRODUCTS)}"
        lines.append(
            Line(
                sku,
                quantity,
                price,
                returned=returned,
                returned_at=at + timedelta(days=9) if returned else None,
            )
        )
    return lines
