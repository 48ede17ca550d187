"""Where an order goes: the estimate on the cart page, another country at the checkout, and the address book."""

import pytest
import sqlalchemy as sa

from smartshop.identity.models import SavedAddress
from smartshop.identity.operations import addresses
from smartshop.identity.queries.addresses import book
from smartshop.identity.rules.addresses import Address
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.messaging.models import Email
from smartshop.pricing.models.shipping import ShippingMethod, ShippingZone
from tests.browser_client import ShopClient
from tests.factories import HOME, PASSWORD, make_person, make_product, make_taxes, make_zone
from tests.joining import finish_account
from tests.row_counts import nothing_changes
from tests.web.shop.checkouts import ANSWERS, CARD, orders, put

PARIS = Address("Ada Buyer", "1 Rue Ada", "Paris", "75001", "FR")


@pytest.fixture
def europe(visitor: ShopClient) -> int:
    return make_zone("Europe", "FR", "DE", code="europe", price_minor=1250)


def nobody_else() -> None:
    """Send to no country but those of a zone."""
    with unit_of_work():
        db.session.execute(sa.delete(ShippingZone).where(ShippingZone.is_everywhere_else))


def sign_in(visitor: ShopClient, *kept: Address) -> int:
    person_id = make_person(email="ada@example.com")
    for address in kept:
        addresses.keep(person_id=person_id, address=address, is_default=False)
    visitor.sign_in("ada@example.com", PASSWORD)
    return person_id


def test_the_cart_shows_what_delivery_costs_at_home(visitor: ShopClient) -> None:
    put(visitor, make_product())
    page = visitor.get("/cart").text
    assert visitor.form("/cart/country").fields["country"] == "GB"
    assert "Standard delivery" in page
    assert "£3.95" in page


def test_the_cart_shows_what_delivery_costs_elsewhere_and_the_checkout_remembers(
    visitor: ShopClient, europe: int
) -> None:
    put(visitor, make_product())
    visitor.get("/cart")
    page = visitor.submit("/cart/country", {"country": "FR"}).text
    assert "£12.50" in page
    assert "Standard delivery" not in page
    visitor.get("/checkout")
    assert visitor.form("/checkout").fields["country"] == "FR"
    assert visitor.form("/checkout").fields["shipping"] == "europe"


@pytest.mark.parametrize("country", ["", "ZZ", "France", "<b>"])
def test_what_is_no_country_changes_nothing(visitor: ShopClient, country: str) -> None:
    put(visitor, make_product())
    visitor.get("/cart")
    with nothing_changes():
        page = visitor.post("/cart/country", {"country": country}).text
    assert "Choose one of the countries" in page
    assert visitor.form("/cart/country").fields["country"] == "GB"


def test_the_estimate_is_for_the_default_address(visitor: ShopClient, europe: int) -> None:
    sign_in(visitor, PARIS)
    put(visitor, make_product())
    assert "£12.50" in visitor.get("/cart").text


def test_a_country_nobody_sends_to_is_told_and_another_one_ordered_to(
    visitor: ShopClient, europe: int
) -> None:
    nobody_else()
    put(visitor, make_product(price_minor=1000))
    assert "We do not send to United Kingdom yet" in visitor.get("/cart").text
    answer = visitor.get("/checkout")
    assert answer.status_code == 200
    assert "We do not send to United Kingdom yet" in answer.text
    assert "Place the order" not in answer.text
    with nothing_changes():
        refused = visitor.post("/checkout", {**visitor.form("/checkout").fields, **ANSWERS})
    assert refused.status_code == 422
    visitor.post("/checkout/update", {**ANSWERS, "country": "FR"})
    visitor.submit("/checkout", {**CARD})
    assert [(order.country, order.total_minor) for order in orders()] == [("FR", 2250)]


def test_a_checkout_with_no_delivery_at_all_is_no_dead_end(visitor: ShopClient) -> None:
    with unit_of_work():
        db.session.execute(sa.update(ShippingMethod).values(is_active=False))
    put(visitor, make_product())
    assert visitor.get("/checkout").status_code == 200
    assert visitor.post("/checkout", ANSWERS).status_code == 422


def test_a_cart_that_is_too_heavy_is_told_so(visitor: ShopClient) -> None:
    make_zone("Home", "GB", code="parcel", charged_by="weight", bands=[(1000, 400)])
    put(visitor, make_product(weight_grams=600), 2)
    for path in ("/cart", "/checkout"):
        assert "more than a parcel to United Kingdom may hold" in visitor.get(path).text


def test_another_country_brings_its_deliveries_and_keeps_what_was_typed(
    visitor: ShopClient, europe: int
) -> None:
    put(visitor, make_product(price_minor=1000))
    visitor.get("/checkout")
    typed = {**ANSWERS, "line2": "Top floor", "country": "FR", "create_account": "yes", "password": PASSWORD}
    with nothing_changes():
        page = visitor.post("/checkout/update", {**visitor.form("/checkout").fields, **typed})
    assert page.status_code == 200
    fields = visitor.form("/checkout").fields
    kept = {name: fields[name] for name in ("name", "line1", "line2", "city", "email", "country", "payment")}
    assert kept == {name: typed[name] for name in kept}
    assert fields["create_account"] == "yes"
    assert (fields["shipping"], fields["expected_total_europe"]) == ("europe", "2250")
    assert PASSWORD not in page.text
    visitor.submit("/checkout", {"password": PASSWORD, **CARD})
    assert [(order.country, order.shipping_minor) for order in orders()] == [("FR", 1250)]


def test_a_delivery_of_another_country_is_refused(visitor: ShopClient, europe: int) -> None:
    put(visitor, make_product())
    visitor.get("/checkout")
    with nothing_changes():
        answer = visitor.post("/checkout", {**visitor.form("/checkout").fields, **ANSWERS, "country": "FR"})
    assert answer.status_code == 422
    assert visitor.form("/checkout").fields["shipping"] == "europe"


def test_an_empty_cart_has_no_checkout_to_update(visitor: ShopClient) -> None:
    answer = visitor.post("/checkout/update", ANSWERS, follow=False)
    assert (answer.status_code, answer.location) == (303, "/cart")


def test_every_rate_of_tax_has_its_line(visitor: ShopClient) -> None:
    make_taxes("FR", "TVA", is_inclusive=False, standard=2000, reduced=550)
    put(visitor, make_product(price_minor=1000, tax_class="reduced"))
    put(visitor, make_product(price_minor=1000))
    visitor.get("/checkout")
    page = visitor.post("/checkout/update", {**ANSWERS, "country": "FR"}).text
    assert "TVA 5.5%" in page
    assert "TVA 20%" in page
    placed = visitor.submit("/checkout", CARD).text
    assert "TVA 5.5%" in placed
    assert "TVA 20%" in placed


def test_the_checkout_is_filled_in_from_the_address_book(visitor: ShopClient, europe: int) -> None:
    sign_in(visitor, PARIS, HOME)
    put(visitor, make_product())
    visitor.get("/checkout")
    fields = visitor.form("/checkout").fields
    assert (fields["line1"], fields["country"], fields["shipping"]) == ("1 Rue Ada", "FR", "europe")
    home_id = db.session.scalar(sa.select(SavedAddress.id).where(SavedAddress.country == "GB"))
    visitor.post("/checkout/update", {"saved_address": str(home_id), "use_saved": "yes", "city": "Elsewhere"})
    fields = visitor.form("/checkout").fields
    assert (fields["line1"], fields["city"], fields["country"]) == ("1 Analytical Row", "London", "GB")


def test_nobody_fills_in_the_address_of_another(visitor: ShopClient) -> None:
    other = make_person()
    address_id = addresses.keep(person_id=other, address=PARIS, is_default=True)
    sign_in(visitor)
    put(visitor, make_product())
    for answer in (str(address_id), "", "x"):
        sent = {**ANSWERS, "use_saved": "yes", "saved_address": answer}
        assert visitor.post("/checkout/update", sent).status_code == 404


@pytest.mark.parametrize(("asked", "count"), [({"save_address": "yes"}, 1), ({}, 0)])
def test_an_address_is_saved_once_if_that_is_asked(
    visitor: ShopClient, asked: dict[str, str], count: int
) -> None:
    person_id = sign_in(visitor)
    answers = {name: text for name, text in ANSWERS.items() if name != "email"}
    for _ in range(2):
        put(visitor, make_product())
        visitor.get("/checkout")
        fields = {k: v for k, v in visitor.form("/checkout").fields.items() if k != "save_address"}
        visitor.post("/checkout", {**fields, **answers, **asked})
    assert len(orders()) == 2
    assert [kept.address for kept in book(person_id)] == [HOME] * count


def test_an_account_opened_with_an_order_is_welcomed_and_knows_the_address(visitor: ShopClient) -> None:
    put(visitor, make_product())
    visitor.get("/checkout")
    visitor.submit("/checkout", {**ANSWERS, "create_account": "yes", "password": PASSWORD})
    finish_account(visitor, "ada@example.com")
    letters = db.session.scalars(sa.select(Email.kind).order_by(Email.id)).all()
    assert letters == ["order_confirmation", "sign_up_code", "welcome"]
    [order] = orders()
    assert order.person_id is not None
    assert [kept.address for kept in book(order.person_id)] == [HOME]
