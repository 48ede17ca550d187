"""The simulated shop from nothing to a database: one unit of work, and the pictures beside it."""

import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from smartshop.catalog.models import Category, Product
from smartshop.catalog.operations import listing
from smartshop.demo import browsing, people, process, reviews
from smartshop.demo.assortment import products
from smartshop.demo.browsing import Events
from smartshop.demo.people import PersonPlan
from smartshop.demo.process import History
from smartshop.demo.reviews import ReviewPlan
from smartshop.demo.writing import catalog, delivery, offers, pages, rows, stock, trade, visits
from smartshop.demo.writing import people as writing_people
from smartshop.demo.writing.people import Account
from smartshop.identity.models import Person
from smartshop.inventory.operations import shelves
from smartshop.kernel import audit, clock, codes, money, passwords
from smartshop.kernel.audit import Actor
from smartshop.kernel.errors import Conflict
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.models import Order
from smartshop.orders.operations import popularity

Progress = Callable[[str, float], None]


class ShopNotEmpty(Conflict):
    """There is trade or a catalog in this shop already; a simulated one would mix with it."""

    code = "shop_not_empty"


@dataclass(frozen=True)
class Plan:
    """What to simulate: how many customers over how many months, and the seed that decides the rest."""

    customers: int = 3000
    months: int = 24
    seed: int = 0


@dataclass(frozen=True)
class Setting:
    """The shop it goes into."""

    currency: str
    password_cost: int
    uploads: Path
    actor: Actor


@dataclass(frozen=True)
class DemoReport:
    """What was made, and how to sign in to it; revenue is the total of orders that stood."""

    products: int
    customers: int
    orders: int
    reviews: int
    events: int
    revenue_minor: int
    currency: str
    first_day: str
    last_day: str
    admin: Account
    customer: Account
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Return the report as it is printed by ``--json``."""
        return asdict(self)


@dataclass(frozen=True)
class _Made:
    history: History
    people: list[PersonPlan]
    opinions: list[ReviewPlan]
    events: Events


def without_progress(_phase: str, _share: float) -> None:
    """Tell nobody."""


def load(*, plan: Plan, setting: Setting, progress: Progress = without_progress) -> DemoReport:
    """Fill an empty shop with the simulated one; nothing is written when anything fails.

    Raises ShopNotEmpty.
    """
    started = time.perf_counter()
    refuse_unless_empty()
    progress("Simulating", 0.05)
    made = _simulate(plan, clock.today())
    admin = Account(writing_people.ADMIN, _password())
    customer = Account(writing_people.SAMPLE, _password())
    password_hash = passwords.hashed(customer.password, setting.password_cost)
    with _pictures(setting.uploads, progress), unit_of_work():
        refuse_unless_empty()
        writing_people.write_admin(admin.password, setting.password_cost, setting.actor)
        pages.write_pages(setting.actor)
        placed = _write(made, plan, setting, password_hash, progress)
        audit.record(actor=setting.actor, action="demo.loaded", subject="shop", after=asdict(plan))
    progress("Done", 1.0)
    history = made.history
    return DemoReport(
        products=len(products()),
        customers=plan.customers,
        orders=len(history.at),
        reviews=len(made.opinions),
        events=len(made.events.at),
        revenue_minor=int(placed.total[~placed.is_cancelled].sum()),
        currency=setting.currency,
        first_day=str(history.at.min().astype("datetime64[D]")),
        last_day=str(history.at.max().astype("datetime64[D]")),
        admin=admin,
        customer=customer,
        seconds=round(time.perf_counter() - started, 3),
    )


def is_empty() -> bool:
    """Whether nothing stands in the way of a simulated shop: no catalog, no orders."""
    return not any(
        db.session.scalar(sa.select(sa.exists().select_from(model))) for model in (Product, Category, Order)
    )


def refuse_unless_empty() -> None:
    """Raise ShopNotEmpty where a simulated shop would mix with a real one."""
    if not is_empty():
        raise ShopNotEmpty(
            "This shop has products or orders already. Load the demo into an empty one: "
            "set SMARTSHOP_INSTANCE to a new folder, or DATABASE_URL to a new database, and run 'flask db upgrade'."
        )
    reserved = (writing_people.ADMIN, writing_people.SAMPLE)
    taken = db.session.scalar(sa.select(Person.email).where(Person.email.in_(reserved)))
    if taken:
        raise ShopNotEmpty(
            f"The demo makes an account for {taken}, and there is one already. Use an empty database."
        )


def _simulate(plan: Plan, end: date) -> _Made:
    history = process.simulate(plan.customers, plan.months, plan.seed, end)
    crowd = people.invent(int(history.customer.max()) + 1, plan.seed)
    opinions = reviews.write(history, [product.shelf for product in products()], plan.seed)
    return _Made(history, crowd, opinions, browsing.browse(history, plan.seed))


def _password() -> str:
    """Fifteen characters without look-alikes, 74 random bits, easy to read from a terminal and type."""
    text = "".join(secrets.choice(codes.READABLE.lower().replace("l", "")) for _ in range(15))
    return "-".join((text[:5], text[5:10], text[10:]))


@contextmanager
def _pictures(uploads: Path, progress: Progress) -> Iterator[None]:
    """Draw the pictures; take them away again when what follows fails."""
    folder = uploads / catalog.FOLDER
    was_there = folder.exists()
    try:
        progress("Drawing", 0.1)
        catalog.draw_pictures(uploads)
        yield
    except BaseException:
        if not was_there:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _write(made: _Made, plan: Plan, setting: Setting, password_hash: str, progress: Progress) -> trade.Placed:
    history, scale = made.history, 10 ** max(0, money.exponent(setting.currency) - 2)
    progress("Filling the shelves", 0.15)
    opened_at: datetime = rows.moments(history.truth.start.reshape(1))[0]
    sold = catalog.write_catalog(opened_at, scale, made.opinions)
    sample = writing_people.sample_customer(history)
    accounts = made.people[: history.customers]
    person_ids = writing_people.write_people(history, accounts, sample, password_hash)
    catalog.write_related(sold)
    catalog.write_reviews(made.opinions, accounts, person_ids, sold)
    progress("Writing orders", 0.25)
    placed = trade.price(history, made.people, sold, plan.seed)
    emails = [person.email for person in made.people]
    emails[sample] = writing_people.SAMPLE
    order_ids = trade.write_orders(history, made.people, person_ids, emails, placed, setting.currency)
    trade.write_lines(history, order_ids, sold, placed)
    trade.write_payments(placed, setting.currency)
    progress("Counting stock", 0.5)
    stock.write_stock(history, sold, placed, plan.seed)
    product_ids = sold.product_id.tolist()
    listing.refresh(product_ids)
    shelves.refresh_products(product_ids=product_ids)
    progress("Writing visits", 0.6)
    visits.write_events(made.events, person_ids, sold, placed, scale)
    visits.write_carts(history, made.events, person_ids, sold)
    offers.write_promotions(scale, setting.actor)
    delivery.write_delivery(scale)
    popularity.recount()
    return placed
