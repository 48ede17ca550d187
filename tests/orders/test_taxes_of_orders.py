"""What an order says of its taxes: a part for each rate, frozen."""

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.identity.rules.addresses import Address
from smartshop.kernel.errors import Invalid
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.operations import placing
from smartshop.orders.queries import reading
from smartshop.orders.queries.reading import OrderView
from smartshop.pricing.models.shipping import ShippingZone
from smartshop.pricing.models.tax import TaxArea
from tests.factories import HOME, make_cart, make_command, make_product, make_taxes, make_zone
from tests.row_counts import nothing_changes

PARIS = Address("Ada Buyer", "1 Rue Ada", "Paris", "75001", "FR")


def place(total_minor: int, *goods: tuple[str, int], address: Address = HOME) -> OrderView:
    """An order of one of each of these (tax class, price)."""
    cart = [(make_product(price_minor=price, tax_class=tax_class), 1) for tax_class, price in goods]
    command = make_command(expected_total_minor=total_minor, address=address)
    number = placing.place(command=command, key=make_cart(*cart), currency="GBP")
    return reading.order(number, seen_by=None)


def test_each_rate_has_its_part_and_the_parts_sum_to_the_tax(any_app: Flask) -> None:
    order = place(1050 + 1200 + 395, ("reduced", 1050), ("standard", 1200))
    assert [
        (part["name"], part["basis_points"], part["amount_minor"], part["tax_minor"]) for part in order.taxes
    ] == [
        ("VAT", 500, 1050, 50),
        ("VAT", 2000, 1595, 266),
    ]
    assert order.tax_minor == 316
    assert order.added_tax_minor == 0


def test_taxes_that_come_on_top_are_added_by_rate(any_app: Flask) -> None:
    make_taxes("FR", "TVA", is_inclusive=False, shipping_class="reduced", standard=2000, reduced=550)
    order = place(1000 + 2000 + 395 + 400 + 77, ("reduced", 1000), ("standard", 2000), address=PARIS)
    assert [(part["basis_points"], part["tax_minor"]) for part in order.taxes] == [(550, 77), (2000, 400)]
    assert (order.added_tax_minor, order.tax_minor) == (477, 477)


def test_the_price_shown_is_the_price_paid_where_no_tax_is_due(any_app: Flask) -> None:
    order = place(1200 + 395, ("standard", 1200), address=PARIS)
    assert (order.goods_minor, order.tax_minor, order.taxes, order.total_minor) == (1200, 0, [], 1595)


def test_an_order_keeps_its_taxes_when_they_change(any_app: Flask) -> None:
    order = place(1200 + 395, ("standard", 1200))
    with unit_of_work():
        db.session.execute(sa.delete(TaxArea))
    assert reading.order(order.number, seen_by=None) == order


def test_an_order_is_refused_where_nobody_sends_to(any_app: Flask) -> None:
    make_zone("Home", "GB", code="home")
    with unit_of_work():
        db.session.execute(sa.delete(ShippingZone).where(ShippingZone.is_everywhere_else))
    key = make_cart((make_product(), 1))
    with nothing_changes(), pytest.raises(Invalid) as refusal:
        command = make_command(expected_total_minor=1500, shipping_code="home", address=PARIS)
        placing.place(command=command, key=key, currency="GBP")
    assert list(refusal.value.fields) == ["shipping"]


def test_a_cart_that_is_too_heavy_is_not_sent(any_app: Flask) -> None:
    make_zone("France", "FR", code="parcel", charged_by="weight", bands=[(1000, 400)])
    key = make_cart((make_product(weight_grams=600), 2))
    with nothing_changes(), pytest.raises(Invalid):
        command = make_command(expected_total_minor=2400, shipping_code="parcel", address=PARIS)
        placing.place(command=command, key=key, currency="GBP")
