"""Rows for tests, with honest defaults: every keyword may be given, none must."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

import sqlalchemy as sa

from smartshop.cart.operations import filling as carts
from smartshop.cart.queries import CartKey
from smartshop.catalog.models import Category, Product, Variant
from smartshop.catalog.operations import listing
from smartshop.identity.models import Person
from smartshop.identity.operations import accounts
from smartshop.identity.rules.addresses import Address
from smartshop.identity.rules.roles import Role
from smartshop.inventory.models import StockLevel
from smartshop.inventory.operations import shelves, stock
from smartshop.kernel import clock, codes
from smartshop.kernel.audit import SYSTEM
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.models import Order, OrderLine
from smartshop.orders.rules.checkout import PlaceOrder
from smartshop.pricing.models.promotions import Promotion, PromotionCode
from smartshop.pricing.models.shipping import ShippingBand, ShippingMethod, ShippingZone, ZoneCountry
from smartshop.pricing.models.tax import TaxArea, TaxRate
from tests.databases import CHEAP_PASSWORDS

PASSWORD = "correct horse battery"
PAYS = {"card_number": "4242 4242 4242 4242"}
IS_DECLINED = {"card_number": "4000 0000 0000 0002"}
HOME = Address("Ada Buyer", "1 Analytical Row", "London", "N1 9GU", "GB")
_numbers = count(1)


@dataclass(frozen=True)
class Goods:
    """A product with one variant."""

    product_id: int
    variant_id: int
    slug: str
    name: str
    price_minor: int


def make_person(
    *,
    email: str | None = None,
    name: str = "Ada Buyer",
    password: str = PASSWORD,
    role: Role = Role.CUSTOMER,
    password_cost: int = CHEAP_PASSWORDS,
) -> int:
    """An account that can sign in; returns its id."""
    person_id = accounts.sign_up(
        email=email or f"person{next(_numbers)}@example.com",
        name=name,
        password=password,
        password_cost=password_cost,
    )
    if role is not Role.CUSTOMER:
        accounts.grant_role(person_id=person_id, role=role, actor=SYSTEM)
    return person_id


def make_known_person(*, external_id: str | None = None, created_at: datetime | None = None) -> int:
    """A customer of an imported history, who has no e-mail address and no password; returns their id."""
    with unit_of_work():
        person = Person(external_id=external_id or f"{next(_numbers)}", created_at=created_at or clock.now())
        db.session.add(person)
        db.session.flush()
    return person.id


def make_category(*, name: str = "Things", slug: str | None = None, position: int = 0) -> int:
    with unit_of_work():
        category = Category(name=name, slug=slug or f"{name.lower()}-{next(_numbers)}", position=position)
        db.session.add(category)
        db.session.flush()
    return category.id


def make_product(
    *,
    name: str = "Mug",
    description: str = "",
    price_minor: int = 1000,
    on_hand: int | None = 10,
    category_id: int | None = None,
    status: str = "published",
    tax_class: str = "standard",
    weight_grams: int = 0,
    rating_sum: int = 0,
    rating_count: int = 0,
    created_at: datetime | None = None,
) -> Goods:
    """A product with one variant; ``on_hand`` None sells without a count, 0 is sold out."""
    number, moment = next(_numbers), created_at or clock.now()
    in_category = category_id or _any_category()
    with unit_of_work():
        product = Product(
            name=name,
            slug=f"{name.lower().replace(' ', '-')}-{number}",
            description=description,
            category_id=in_category,
            status=status,
            tax_class=tax_class,
            rating_sum=rating_sum,
            rating_count=rating_count,
            created_at=moment,
            updated_at=moment,
        )
        db.session.add(product)
        db.session.flush()
        variant_id = make_variant(
            product_id=product.id, price_minor=price_minor, on_hand=on_hand, weight_grams=weight_grams
        )
    return Goods(product.id, variant_id, product.slug, name, price_minor)


def _any_category() -> int:
    return db.session.scalar(sa.select(Category.id).limit(1)) or make_category()


def make_variant(
    *,
    product_id: int,
    name: str = "",
    price_minor: int = 1000,
    on_hand: int | None = 10,
    position: int = 0,
    is_active: bool = True,
    weight_grams: int = 0,
) -> int:
    """A variant with its stock, received into the ledger; returns its id."""
    with unit_of_work():
        variant = Variant(
            product_id=product_id,
            sku=f"SKU-{next(_numbers)}",
            name=name,
            price_minor=price_minor,
            position=position,
            is_active=is_active,
            weight_grams=weight_grams,
        )
        db.session.add(variant)
        db.session.flush()
        listing.refresh([product_id])
        if on_hand:
            stock.receive(variant_id=variant.id, quantity=on_hand, reference="opening stock")
        else:
            db.session.add(StockLevel(variant_id=variant.id, on_hand=0, is_tracked=on_hand is not None))
            shelves.refresh(variant_ids=[variant.id])
    return variant.id


def make_cart(*lines: tuple[Goods, int], person_id: int | None = None) -> CartKey:
    """A cart with these goods: a guest's, or this person's; returns its key."""
    key = CartKey(person_id=person_id)
    for goods, quantity in lines:
        added = carts.add(key=key, variant_id=goods.variant_id, quantity=quantity)
        key = key if added.token is None else CartKey(token=added.token)
    return key


def make_zone(
    name: str,
    *countries: str,
    code: str,
    price_minor: int = 500,
    charged_by: str = "flat",
    bands: Sequence[tuple[int | None, int]] = (),
) -> int:
    """A zone of these countries with one method; returns the zone's id."""
    with unit_of_work():
        zone = ShippingZone(name=name)
        db.session.add(zone)
        db.session.flush()
        db.session.add_all(ZoneCountry(country=country, zone_id=zone.id) for country in countries)
        method = ShippingMethod(
            zone_id=zone.id, code=code, name=f"To {name}", charged_by=charged_by, price_minor=price_minor
        )
        db.session.add(method)
        db.session.flush()
        db.session.add_all(
            ShippingBand(method_id=method.id, up_to=up_to, price_minor=price) for up_to, price in bands
        )
    return zone.id


def make_taxes(
    country: str, name: str, *, is_inclusive: bool = True, shipping_class: str = "standard", **rates: int
) -> int:
    """What a country taxes, in basis points by class; returns the area's id."""
    with unit_of_work():
        area = TaxArea(country=country, name=name, is_inclusive=is_inclusive, shipping_class=shipping_class)
        db.session.add(area)
        db.session.flush()
        db.session.add_all(
            TaxRate(area_id=area.id, tax_class=tax_class, basis_points=rate)
            for tax_class, rate in rates.items()
        )
    return area.id


def make_command(
    *,
    expected_total_minor: int,
    idempotency_key: str | None = None,
    email: str = "ada@example.com",
    address: Address = HOME,
    shipping_code: str = "standard",
    payment_code: str = "test_card",
    card: dict[str, str] | None = None,
) -> PlaceOrder:
    """A submitted checkout that pays with the test card."""
    return PlaceOrder(
        idempotency_key=idempotency_key or codes.token(),
        email=email,
        address=address,
        shipping_code=shipping_code,
        payment_code=payment_code,
        expected_total_minor=expected_total_minor,
        payment_details=PAYS if card is None else card,
    )


def make_order(
    *,
    lines: Sequence[tuple[Goods, int]] = (),
    person_id: int | None = None,
    email: str | None = "ada@example.com",
    state: str = "paid",
    placed_at: datetime | None = None,
    currency: str = "GBP",
    shipping_minor: int = 0,
    source: str = "shop",
) -> str:
    """An order written down as it is, past the checkout; returns its number."""
    bought = list(lines) or [(make_product(), 1)]
    goods_minor = sum(goods.price_minor * quantity for goods, quantity in bought)
    with unit_of_work():
        order = Order(
            number=codes.order_number(),
            person_id=person_id,
            email=email,
            country="GB",
            source=source,
            state=state,
            placed_at=placed_at or clock.now(),
            currency=currency,
            goods_minor=goods_minor,
            shipping_minor=shipping_minor,
            total_minor=goods_minor + shipping_minor,
            shipping_method="Standard delivery",
            payment_method="test_card",
            address=HOME.frozen(),
        )
        db.session.add(order)
        db.session.flush()
        db.session.add_all(
            OrderLine(
                order_id=order.id,
                position=position,
                product_id=goods.product_id,
                variant_id=goods.variant_id,
                sku=f"SKU-OF-{goods.variant_id}",
                product_name=goods.name,
                quantity=quantity,
                unit_price_minor=goods.price_minor,
                total_minor=goods.price_minor * quantity,
            )
            for position, (goods, quantity) in enumerate(bought, start=1)
        )
    return order.number


def make_promotion(*, code: str = "", code_limit: int | None = None, **facts: object) -> int:
    """A tenth off everything, for everybody and automatic unless facts or a code say otherwise; returns its id."""
    moment = clock.now()
    tenth: dict[str, object] = {"name": "A tenth off", "kind": "percentage", "basis_points": 1000}
    with unit_of_work():
        promotion = Promotion(
            needs_code=bool(code), created_at=moment, updated_at=moment, **{**tenth, **facts}
        )
        db.session.add(promotion)
        db.session.flush()
        if code:
            db.session.add(
                PromotionCode(promotion_id=promotion.id, code=code, limit_total=code_limit, created_at=moment)
            )
    return promotion.id
