"""The simulated shop in a database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.activity.models import Event
from smartshop.cart.models import Cart, CartLine
from smartshop.catalog.models import Category, Product, ProductImage, Review, Variant
from smartshop.catalog.queries import browsing
from smartshop.demo import loading, process
from smartshop.demo.loading import DemoReport, Plan, Setting, ShopNotEmpty
from smartshop.demo.writing import rows, visits
from smartshop.identity.models import Person, Role, RoleAssignment
from smartshop.identity.operations import accounts, signing_in
from smartshop.identity.rules.doors import Door
from smartshop.inventory.models import StockLevel, StockMovement
from smartshop.kernel import clock
from smartshop.kernel.audit import SYSTEM
from smartshop.kernel.extensions import db
from smartshop.orders.models import Order, OrderLine, OrderPromotion, OrderReturn
from smartshop.payments.models import PaymentAttempt
from smartshop.pricing.queries import promoting
from smartshop.pricing.queries.shipping import shipping_methods
from tests.databases import CHEAP_PASSWORDS

SMALL = Plan(customers=200, months=8, seed=3)
TABLES = (
    Category, Product, Variant, ProductImage, Review, Person, Order, OrderLine, OrderReturn,
    PaymentAttempt, StockLevel, StockMovement, Event, Cart, CartLine,
)  # fmt: skip


def _setting(app: Flask, currency: str = "GBP") -> Setting:
    return Setting(currency, CHEAP_PASSWORDS, Path(app.instance_path) / "uploads", SYSTEM)


def _counts() -> dict[str, int]:
    counts = {
        model.__tablename__: db.session.scalar(sa.select(sa.func.count()).select_from(model))
        for model in TABLES
    }
    db.session.rollback()
    return {name: count or 0 for name, count in counts.items()}


@pytest.fixture
def shop(app: Flask) -> Iterator[DemoReport]:
    yield loading.load(plan=SMALL, setting=_setting(app))
    db.session.rollback()


def test_the_demo_fills_every_room_of_the_shop_on_each_database(any_app: Flask) -> None:
    report = loading.load(plan=SMALL, setting=_setting(any_app))
    counts = _counts()
    assert all(counts.values())
    assert counts["people"] == report.customers + 1
    assert counts["orders"] == report.orders == counts["payment_attempts"]
    assert counts["events"] == report.events
    assert counts["reviews"] == report.reviews
    assert counts["products"] == report.products == 120


def test_history_ends_yesterday(shop: DemoReport) -> None:
    latest = [
        db.session.scalar(sa.select(sa.func.max(column)))
        for column in (
            Order.placed_at,
            Event.at,
            Review.created_at,
            OrderReturn.at,
            StockMovement.at,
            Cart.updated_at,
        )
    ]
    assert all(moment is not None and moment.date() < clock.today() for moment in latest)


def test_every_order_adds_up_from_its_lines(shop: DemoReport) -> None:
    rows = db.session.execute(
        sa.select(
            Order.goods_minor, Order.discount_minor, Order.shipping_minor, Order.total_minor, Order.tax_minor,
            Order.state, Order.returned_minor,
            sa.func.sum(OrderLine.quantity * OrderLine.unit_price_minor).label("gross"),
            sa.func.sum(OrderLine.discount_minor).label("off"),
            sa.func.sum(OrderLine.total_minor).label("lines"),
            sa.func.sum(OrderLine.tax_minor).label("tax"),
            sa.func.sum(OrderLine.returned_minor).label("back"),
        ).join(OrderLine, OrderLine.order_id == Order.id).group_by(Order.id)
    ).all()  # fmt: skip
    assert len(rows) == shop.orders
    assert any(row.discount_minor for row in rows)
    for row in rows:
        assert row.gross == row.goods_minor
        assert row.off == row.discount_minor
        assert row.lines + row.shipping_minor == row.total_minor
        assert row.tax <= row.tax_minor <= row.total_minor
        assert row.returned_minor == (row.total_minor if row.state == "cancelled" else row.back)
    standing = sum(row.total_minor for row in rows if row.state != "cancelled")
    assert standing == shop.revenue_minor


def test_lines_copy_the_catalog_and_returns_match_their_lines(shop: DemoReport) -> None:
    strange = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(OrderLine)
        .join(Variant, Variant.id == OrderLine.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .where(
            sa.or_(
                OrderLine.product_id != Product.id,
                OrderLine.sku != Variant.sku,
                OrderLine.product_name != Product.name,
                OrderLine.unit_price_minor != Variant.price_minor,
            )
        )
    )
    assert strange == 0
    back = db.session.execute(
        sa.select(OrderLine, OrderReturn, Order.placed_at, Order.state)
        .join(OrderReturn, OrderReturn.order_line_id == OrderLine.id)
        .join(Order, Order.id == OrderLine.order_id)
    ).all()
    assert {state for *_, state in back} >= {"cancelled", "fulfilled"}
    for line, returned, placed_at, _ in back:
        assert (returned.quantity, returned.amount_minor) == (line.returned_quantity, line.returned_minor)
        assert returned.at > placed_at
    lines = db.session.scalar(sa.select(sa.func.count()).where(OrderLine.returned_quantity > 0))
    assert lines == len(back)


def test_stock_is_the_sum_of_its_ledger_and_never_was_negative(shop: DemoReport) -> None:
    levels = dict(db.session.execute(sa.select(StockLevel.variant_id, StockLevel.on_hand)).all())
    running = dict.fromkeys(levels, 0)
    for movement in db.session.scalars(sa.select(StockMovement).order_by(StockMovement.at, StockMovement.id)):
        running[movement.variant_id] += movement.quantity
        assert running[movement.variant_id] >= 0
    assert running == levels
    assert len(levels) == db.session.scalar(sa.select(sa.func.count()).select_from(Variant))


def test_ratings_of_products_are_those_of_their_reviews(shop: DemoReport) -> None:
    rows = db.session.execute(
        sa.select(
            Product.rating_sum, Product.rating_count, sa.func.sum(Review.rating), sa.func.count(Review.id)
        )
        .outerjoin(Review, (Review.product_id == Product.id) & (Review.state == "published"))
        .group_by(Product.id)
    )
    assert all((total, count) == (stars or 0, number) for total, count, stars, number in rows)


def test_both_accounts_open_the_shop(shop: DemoReport) -> None:
    door = Door()
    for account in (shop.admin, shop.customer):
        entry = signing_in.sign_in(
            email=account.email, password=account.password, door=door, password_cost=CHEAP_PASSWORDS
        )
        roles = set(
            db.session.scalars(
                sa.select(Role.name)
                .join(RoleAssignment, RoleAssignment.role_id == Role.id)
                .where(RoleAssignment.person_id == entry.person_id)
            )
        )
        orders = db.session.scalar(sa.select(sa.func.count()).where(Order.person_id == entry.person_id)) or 0
        assert (roles == {"admin"}) == (account == shop.admin)
        assert (orders >= 3) == (account == shop.customer)


def test_every_picture_is_there_and_every_product_has_one(app: Flask, shop: DemoReport) -> None:
    uploads = Path(app.instance_path) / "uploads"
    paths = [
        *db.session.scalars(sa.select(ProductImage.path)),
        *db.session.scalars(sa.select(Category.image_path)),
    ]
    assert all((uploads / path).is_file() for path in paths)
    pictured = db.session.scalar(sa.select(sa.func.count(sa.distinct(ProductImage.product_id))))
    assert pictured == shop.products
    both = browsing.product("coach-house-lantern")
    assert len(both.images) == 2
    assert {variant.image_path for variant in both.variants} == {path for path, _ in both.images}


def test_events_of_orders_carry_their_numbers_and_totals(shop: DemoReport) -> None:
    totals = dict(db.session.execute(sa.select(Order.number, Order.total_minor)).all())
    placed = db.session.scalars(sa.select(Event).where(Event.kind == "order")).all()
    assert {event.facts["number"]: event.value for event in placed} == totals


def test_a_shop_with_products_is_refused_and_stays_as_it_was(app: Flask, shop: DemoReport) -> None:
    before = _counts()
    with pytest.raises(ShopNotEmpty, match="empty one"):
        loading.load(plan=SMALL, setting=_setting(app))
    assert _counts() == before
    assert (Path(app.instance_path) / "uploads" / "demo").is_dir()


def test_a_shop_where_the_admin_address_is_taken_is_refused(app: Flask) -> None:
    accounts.sign_up(
        email="admin@example.com",
        name="Mine",
        password="a long enough password",
        password_cost=CHEAP_PASSWORDS,
    )
    before = _counts()
    with pytest.raises(ShopNotEmpty, match=r"admin@example\.com"):
        loading.load(plan=SMALL, setting=_setting(app))
    assert _counts() == before
    assert not (Path(app.instance_path) / "uploads" / "demo").exists()


def test_a_failure_on_the_way_leaves_nothing_behind(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("the disk is full")

    before = _counts()
    monkeypatch.setattr(visits, "write_carts", full)
    with pytest.raises(OSError, match="disk is full"):
        loading.load(plan=SMALL, setting=_setting(app))
    assert _counts() == before
    assert not (Path(app.instance_path) / "uploads" / "demo").exists()


def test_orders_are_those_of_the_simulation(shop: DemoReport) -> None:
    history = process.simulate(SMALL.customers, SMALL.months, SMALL.seed, clock.today())
    placed = db.session.scalars(sa.select(Order.placed_at).order_by(Order.placed_at)).all()
    assert placed == rows.moments(history.at)


@pytest.mark.parametrize(("currency", "scale"), [("EUR", 1), ("JPY", 1), ("KWD", 10)])
def test_prices_suit_the_decimals_of_the_shop_currency(app: Flask, currency: str, scale: int) -> None:
    report = loading.load(plan=SMALL, setting=_setting(app, currency))
    assert report.currency == currency
    mug = db.session.scalar(sa.select(sa.func.min(Variant.price_minor)).where(Variant.sku.like("SS-0101-%")))
    assert mug == 1250 * scale
    assert set(db.session.scalars(sa.select(Order.currency).distinct())) == {currency}


def test_the_shop_sends_home_to_europe_and_to_the_rest(shop: DemoReport) -> None:
    found = {
        country: [method.code for method in shipping_methods(country, goods_minor=1, weight_grams=900)]
        for country in ("GB", "FR", "JP")
    }
    assert found == {"GB": ["standard", "express"], "FR": ["europe"], "JP": ["world"]}
    assert not db.session.scalar(
        sa.select(sa.func.count()).select_from(Variant).where(Variant.weight_grams == 0)
    )


def test_offers_run_from_the_first_day_and_the_history_knows_none(shop: DemoReport) -> None:
    found = promoting.page_of_promotions()
    assert [(row.name, row.code, row.state, row.used) for row in found.items] == [
        ("Free delivery", "FREEPOST", "running", 0),
        ("3 for 2 on candles and soap", "", "running", 0),
        ("10% off your first order", "WELCOME10", "running", 0),
    ]
    candles = promoting.facts(found.items[1].id)
    assert (candles.scope, len(candles.target_ids)) == ("categories", 1)
    assert db.session.scalars(sa.select(OrderPromotion)).all() == []
