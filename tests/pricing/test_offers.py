import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from smartshop.kernel.errors import Invalid
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.pricing.models.shipping import ShippingMethod
from smartshop.pricing.models.tax import TaxRate
from smartshop.pricing.queries import shipping as deliveries
from smartshop.pricing.queries import tax as taxes
from smartshop.pricing.rules.shipping import Shipping
from smartshop.pricing.rules.tax import NO_TAXES, Tax, Taxes


def test_a_new_shop_offers_standard_and_express_in_this_order(any_app: Flask) -> None:
    assert deliveries.shipping_methods() == [
        Shipping("standard", "Standard delivery", "3 to 5 working days", 395, 5000),
        Shipping("express", "Express delivery", "Next working day", 795, None),
    ]


def test_a_method_that_was_withdrawn_is_not_on_offer(any_app: Flask) -> None:
    with unit_of_work():
        db.session.execute(
            sa.update(ShippingMethod).where(ShippingMethod.code == "express").values(is_active=False)
        )
    assert deliveries.shipping_method("standard").price_minor == 395
    for code in ("express", "", "balloon"):
        with pytest.raises(Invalid) as refusal:
            deliveries.shipping_method(code)
        assert list(refusal.value.fields) == ["shipping"]


def test_tax_follows_the_country_and_is_none_where_no_rate_is_set(any_app: Flask) -> None:
    with unit_of_work():
        db.session.add(TaxRate(country="US", name="Sales tax", basis_points=825, is_inclusive=False))
    assert taxes.taxes_of("GB") == Taxes(Tax("VAT", 2000, is_inclusive=True))
    assert taxes.taxes_of("US") == Taxes(Tax("Sales tax", 825, is_inclusive=False))
    assert taxes.taxes_of("JP") is NO_TAXES


@pytest.mark.parametrize("basis_points", [-1, 10_001])
def test_a_tax_of_more_than_everything_cannot_be_stored(any_app: Flask, basis_points: int) -> None:
    with pytest.raises(IntegrityError), unit_of_work():
        db.session.add(TaxRate(country="DE", name="MwSt", basis_points=basis_points))
