import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from smartshop.kernel.errors import Invalid
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.pricing.models.shipping import ShippingMethod, ShippingZone
from smartshop.pricing.models.tax import TaxRate
from smartshop.pricing.queries import shipping as deliveries
from smartshop.pricing.queries import tax as taxes
from smartshop.pricing.rules.shipping import Shipping
from smartshop.pricing.rules.tax import NO_TAXES, Tax, Taxes
from tests.factories import make_taxes, make_zone

BRITISH = {"standard": 2000, "reduced": 500, "zero": 0}


def test_a_new_shop_offers_standard_and_express_in_this_order(any_app: Flask) -> None:
    assert deliveries.shipping_methods("GB") == [
        Shipping("standard", "Standard delivery", "3 to 5 working days", 395, 5000),
        Shipping("express", "Express delivery", "Next working day", 795, None),
    ]


def test_a_method_that_was_withdrawn_is_not_on_offer(any_app: Flask) -> None:
    with unit_of_work():
        db.session.execute(
            sa.update(ShippingMethod).where(ShippingMethod.code == "express").values(is_active=False)
        )
    assert deliveries.shipping_method("standard", "GB", goods_minor=1, weight_grams=1).price_minor == 395
    for code in ("express", "", "balloon"):
        with pytest.raises(Invalid) as refusal:
            deliveries.shipping_method(code, "GB", goods_minor=1, weight_grams=1)
        assert list(refusal.value.fields) == ["shipping"]


def test_tax_follows_the_country_and_is_none_where_no_rate_is_set(any_app: Flask) -> None:
    make_taxes("US", "Sales tax", is_inclusive=False, standard=825)
    british = {name: Tax("VAT", rate, is_inclusive=True) for name, rate in BRITISH.items()}
    assert taxes.taxes_of("GB") == Taxes(british["standard"], british)
    american = Tax("Sales tax", 825, is_inclusive=False)
    assert taxes.taxes_of("US") == Taxes(american, {"standard": american})
    assert taxes.taxes_of("JP") is NO_TAXES


@pytest.mark.parametrize("basis_points", [-1, 10_001])
def test_a_tax_of_more_than_everything_cannot_be_stored(any_app: Flask, basis_points: int) -> None:
    with pytest.raises(IntegrityError), unit_of_work():
        db.session.execute(sa.update(TaxRate).values(basis_points=basis_points))


def codes(country: str, *, goods_minor: int = 100, weight_grams: int = 100) -> list[str]:
    found = deliveries.shipping_methods(country, goods_minor=goods_minor, weight_grams=weight_grams)
    return [method.code for method in found]


def test_a_class_without_a_rate_of_its_own_is_taxed_as_the_standard_one(any_app: Flask) -> None:
    make_taxes("DE", "MwSt", standard=1900, reduced=700)
    german = taxes.taxes_of("DE")
    rates = [german.of_class(name).basis_points for name in ("standard", "reduced", "zero", "gone")]
    assert rates == [1900, 700, 1900, 1900]


def test_every_other_country_has_the_taxes_that_name_no_country(any_app: Flask) -> None:
    make_taxes("", "Duty", standard=1000)
    assert taxes.taxes_of("JP").default == Tax("Duty", 1000, is_inclusive=True)
    assert taxes.taxes_of("GB").default.name == "VAT"


def test_delivery_is_taxed_by_the_class_chosen_for_it(any_app: Flask) -> None:
    make_taxes("DE", "MwSt", shipping_class="reduced", standard=1900, reduced=700)
    assert taxes.taxes_of("DE").of_shipping.basis_points == 700


def test_a_country_is_sent_to_as_its_zone_says_and_every_other_as_everywhere_else(any_app: Flask) -> None:
    make_zone("Europe", "FR", "DE", code="europe")
    assert codes("FR") == codes("DE") == ["europe"]
    assert codes("JP") == ["standard", "express"]


def test_nothing_is_sent_where_no_zone_is(any_app: Flask) -> None:
    make_zone("Home", "GB", code="home")
    with unit_of_work():
        db.session.execute(sa.delete(ShippingZone).where(ShippingZone.is_everywhere_else))
    assert (codes("GB"), codes("JP")) == (["home"], [])
    assert (bool(deliveries.every_method("GB")), deliveries.every_method("JP")) == (True, [])


@pytest.mark.parametrize(
    ("weight_grams", "price_minor"), [(0, 400), (1000, 400), (1001, 700), (5000, 700), (5001, None)]
)
def test_a_price_by_weight_is_that_of_its_band(
    any_app: Flask, weight_grams: int, price_minor: int | None
) -> None:
    make_zone("Europe", "FR", code="parcel", charged_by="weight", bands=[(1000, 400), (5000, 700)])
    found = deliveries.shipping_methods("FR", goods_minor=1, weight_grams=weight_grams)
    prices = [method.price_for(1, weight_grams) for method in found]
    assert prices == ([] if price_minor is None else [price_minor])
    assert deliveries.every_method("FR")


@pytest.mark.parametrize(("goods_minor", "price_minor"), [(1, 900), (2000, 900), (2001, 300), (10**9, 300)])
def test_a_price_by_value_is_that_of_its_band(any_app: Flask, goods_minor: int, price_minor: int) -> None:
    make_zone("Europe", "FR", code="parcel", charged_by="value", bands=[(2000, 900), (None, 300)])
    [method] = deliveries.shipping_methods("FR", goods_minor=goods_minor, weight_grams=1)
    assert method.price_for(goods_minor, 1) == price_minor


def test_a_country_is_in_one_zone_only(any_app: Flask) -> None:
    make_zone("Europe", "FR", code="one")
    with pytest.raises(IntegrityError):
        make_zone("Alps", "FR", code="two")


def test_only_one_zone_is_everywhere_else(any_app: Flask) -> None:
    with pytest.raises(IntegrityError), unit_of_work():
        db.session.add(ShippingZone(name="Another", is_everywhere_else=True))
