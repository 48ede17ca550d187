from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.cart import queries as cart_queries
from smartshop.cart.operations import filling as carts
from smartshop.cart.queries import CartKey
from smartshop.catalog.models import Category
from smartshop.kernel import audit, clock
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.models import Order, OrderLine, OrderPromotion
from smartshop.orders.operations import placing, returning
from smartshop.orders.operations.placing import PaymentDeclined, PriceChanged
from smartshop.orders.queries import quotes
from smartshop.orders.rules.invoices import Seller
from smartshop.pricing.models.promotions import (
    AudienceMember,
    Promotion,
    PromotionCode,
    PromotionTarget,
    PromotionUse,
)
from smartshop.pricing.operations import using
from smartshop.pricing.operations.using import PromotionGone
from smartshop.pricing.rules.eligibility import Buyer, Refusal, Why
from smartshop.pricing.rules.promotions import Applied, Kind
from tests.competing import together
from tests.factories import (
    IS_DECLINED,
    make_cart,
    make_category,
    make_command,
    make_order,
    make_person,
    make_product,
    make_promotion,
)
from tests.query_count import counted_queries
from tests.row_counts import nothing_changes

SELLER = Seller("Shop")
GUEST = Buyer()


def place(key: CartKey, total: int, email: str = "ada@example.com") -> str:
    command = make_command(expected_total_minor=total, email=email)
    return placing.place(command=command, key=key, currency="GBP")


def cart_with(code: str = "", *, price_minor: int = 1000, person_id: int | None = None) -> CartKey:
    key = make_cart((make_product(price_minor=price_minor, on_hand=500), 1), person_id=person_id)
    if code:
        carts.keep_code(key=key, code=code)
    return key


def refusal(key: CartKey, buyer: Buyer = GUEST) -> Refusal | None:
    snapshot = cart_queries.snapshot(key)
    on_offer = quotes.on_offer(snapshot, buyer)
    quote = quotes.quote_for(
        snapshot, shipping_code="standard", country="GB", currency="GBP", on_offer=on_offer
    )
    return quotes.why_not(snapshot, on_offer, quote)


def used(promotion_id: int) -> int:
    db.session.rollback()
    counted = db.session.scalar(sa.select(Promotion.used).where(Promotion.id == promotion_id))
    rows = sa.select(sa.func.count()).where(PromotionUse.promotion_id == promotion_id)
    assert counted == db.session.scalar(rows)
    return counted or 0


def test_an_order_keeps_what_its_promotions_took_off(any_app: Flask) -> None:
    tenth = make_promotion(code="TEN")
    free = make_promotion(name="Free delivery", kind="free_shipping")
    number = place(cart_with("TEN", price_minor=999), 899)
    order = db.session.scalars(sa.select(Order).where(Order.number == number)).one()
    assert (order.goods_minor, order.discount_minor, order.shipping_minor, order.total_minor) == (
        999,
        100,
        0,
        899,
    )
    kept = db.session.scalars(sa.select(OrderPromotion).order_by(OrderPromotion.position)).all()
    assert [(row.promotion_id, row.name, row.code, row.goods_minor, row.shipping_minor) for row in kept] == [
        (tenth, "A tenth off", "TEN", 100, 0),
        (free, "Free delivery", "", 0, 395),
    ]
    (line,) = db.session.scalars(sa.select(OrderLine))
    assert (line.discount_minor, line.total_minor, line.tax_minor) == (100, 899, 150)
    assert (used(tenth), used(free)) == (1, 1)


def test_what_comes_back_is_worth_what_was_paid_for_it(any_app: Flask) -> None:
    make_promotion(basis_points=5000)
    mug = make_product(price_minor=1000, on_hand=5)
    number = place(make_cart((mug, 2)), 1000 + 395)
    settled = returning.cancel(
        number=number, revision=0, reason="changed my mind", seller=SELLER, actor=audit.SYSTEM
    )
    assert settled.credited_minor == 1395
    (line,) = db.session.scalars(sa.select(OrderLine))
    assert line.returned_minor == 1000


def test_an_order_that_is_cancelled_gives_its_promotions_back(any_app: Flask) -> None:
    once = make_promotion(code="ONCE", code_limit=1, limit_total=1)
    number = place(cart_with("ONCE"), 1295)
    assert used(once) == 1
    assert refusal(cart_with("ONCE")) == Refusal("ONCE", Why.USED_UP)
    returning.cancel(number=number, revision=0, reason="why not", seller=SELLER, actor=audit.SYSTEM)
    assert (used(once), db.session.scalar(sa.select(PromotionCode.used))) == (0, 0)
    place(cart_with("ONCE"), 1295)
    assert used(once) == 1


def test_an_order_whose_card_is_declined_gives_its_promotions_back(any_app: Flask) -> None:
    once = make_promotion(code="ONCE", code_limit=1)
    key = cart_with("ONCE")
    command = make_command(expected_total_minor=1295, card=IS_DECLINED)
    with pytest.raises(PaymentDeclined):
        placing.place(command=command, key=key, currency="GBP")
    assert used(once) == 0
    assert cart_queries.snapshot(key).code == "ONCE"
    place(key, 1295)


def test_a_code_is_found_however_it_is_typed_and_only_where_it_is_needed(any_app: Flask) -> None:
    make_promotion(code="WELCOME10")
    for typed in ("WELCOME10", " welcome 10 "):
        assert refusal(cart_with(typed.upper().replace(" ", ""))) is None
    assert refusal(cart_with("NONE")) == Refusal("NONE", Why.UNKNOWN)
    assert quotes.on_offer(cart_queries.snapshot(cart_with()), GUEST).promotions == ()


def test_a_code_says_why_it_does_not_count(any_app: Flask) -> None:
    now, day = clock.now(), timedelta(days=1)
    make_promotion(code="OVER", ends_at=now - day)
    make_promotion(code="SOON", starts_at=now + day)
    make_promotion(code="OFF", is_active=False)
    make_promotion(code="RICH", minimum_goods_minor=2500)
    make_promotion(code="MANY", minimum_quantity=3)
    make_promotion(code="POST", kind="free_shipping")
    other = make_promotion(code="OTHER", scope="categories")
    with unit_of_work():
        db.session.add(PromotionTarget(promotion_id=other, category_id=make_category(name="Else")))
    assert refusal(cart_with("OVER")) == Refusal("OVER", Why.ENDED, at=now - day)
    assert refusal(cart_with("SOON")) == Refusal("SOON", Why.NOT_YET, at=now + day)
    assert refusal(cart_with("OFF")) == Refusal("OFF", Why.UNKNOWN)
    assert refusal(cart_with("RICH")) == Refusal("RICH", Why.TOO_LITTLE, missing_minor=1500)
    assert refusal(cart_with("MANY")) == Refusal("MANY", Why.TOO_FEW, missing_quantity=2)
    assert refusal(cart_with("POST", price_minor=5000)) == Refusal("POST", Why.NOTHING_TO_SAVE)
    mug = make_product(category_id=make_category())
    key = make_cart((mug, 1))
    carts.keep_code(key=key, code="OTHER")
    assert refusal(key) == Refusal("OTHER", Why.NOTHING_COVERED)
    make_promotion(basis_points=9000, is_combinable=False)
    make_promotion(code="LESS")
    assert refusal(cart_with("LESS")) == Refusal("LESS", Why.OTHERS_SAVE_MORE)


def test_a_category_covers_all_below_it(any_app: Flask) -> None:
    home, kitchen = make_category(name="Home"), make_category(name="Kitchen")
    with unit_of_work():
        db.session.execute(sa.update(Category).where(Category.id == kitchen).values(parent_id=home))
        db.session.add(PromotionTarget(promotion_id=make_promotion(scope="categories"), category_id=home))
    key = make_cart((make_product(category_id=kitchen), 1))
    place(key, 1295)


def test_an_offer_for_new_customers_is_for_the_first_order_only(any_app: Flask) -> None:
    make_promotion(code="FIRST", is_for_new_customers=True)
    assert refusal(cart_with("FIRST")) is None
    place(cart_with("FIRST"), 1295, email="new@example.com")
    for buyer in (Buyer(None, "new@example.com"), Buyer(None, " New+again@Example.com")):
        assert refusal(cart_with("FIRST"), buyer) == Refusal("FIRST", Why.NOT_FOR_YOU)
    make_order(email="old@example.com")
    assert refusal(cart_with("FIRST"), Buyer(None, "old@example.com")) == Refusal("FIRST", Why.NOT_FOR_YOU)


def test_a_code_that_turns_out_not_to_be_theirs_is_told_at_the_order_and_nothing_happens(
    any_app: Flask,
) -> None:
    make_promotion(code="FIRST", is_for_new_customers=True)
    make_order(email="old@example.com")
    key = cart_with("FIRST")
    with nothing_changes(), pytest.raises(PriceChanged) as told:
        place(key, 1295, email="old@example.com")
    assert told.value.facts == {"seen": 1295, "now": 1395, "refusal": Refusal("FIRST", Why.NOT_FOR_YOU)}
    place(key, 1395, email="old@example.com")
    assert db.session.scalars(sa.select(OrderPromotion)).all() == []


def test_a_segment_is_asked_for_when_the_order_is_placed(any_app: Flask) -> None:
    ada, bob = make_person(), make_person()
    make_promotion(code="THANKS", audience={"segments": ["Champions"]})
    with unit_of_work():
        db.session.add_all(
            [
                AudienceMember(person_id=ada, segment="Champions"),
                AudienceMember(person_id=bob, segment="Lost"),
            ]
        )
    assert refusal(cart_with("THANKS"), Buyer(ada)) is None
    for buyer in (Buyer(bob), GUEST, Buyer(None, "ada@example.com")):
        assert refusal(cart_with("THANKS"), buyer) == Refusal("THANKS", Why.NOT_FOR_YOU)
    key = cart_with("THANKS", person_id=ada)
    with unit_of_work():
        db.session.execute(sa.delete(AudienceMember))
    with nothing_changes(), pytest.raises(PriceChanged):
        place(key, 1295)


def test_a_customer_is_counted_by_account_and_by_mailbox(any_app: Flask) -> None:
    ada = make_person()
    make_promotion(code="TWICE", limit_per_customer=2)
    place(cart_with("TWICE", person_id=ada), 1295, email="ada@example.com")
    assert refusal(cart_with("TWICE"), Buyer(ada)) is None
    place(cart_with("TWICE"), 1295, email="Ada+2@example.com")
    assert refusal(cart_with("TWICE"), Buyer(ada, "ada@example.com")) == Refusal("TWICE", Why.NOT_FOR_YOU)
    assert refusal(cart_with("TWICE"), Buyer(None, "ada+3@example.com")) == Refusal("TWICE", Why.NOT_FOR_YOU)
    assert refusal(cart_with("TWICE"), Buyer(None, "eve@example.com")) is None


def test_a_guests_code_comes_along_at_sign_in(any_app: Flask) -> None:
    ada = make_person()
    guest = cart_with("TEN")
    carts.merge(token=guest.token, person_id=ada)
    assert cart_queries.snapshot(CartKey(person_id=ada)).code == "TEN"


def test_without_promotions_a_quote_asks_for_them_once(any_app: Flask) -> None:
    snapshot = cart_queries.snapshot(cart_with())
    with counted_queries() as made:
        quotes.on_offer(snapshot, Buyer(1, "ada@example.com"))
    assert len(made) == 1


TRIES = 200


def uses(promotion_id: int, buyers: list[Buyer]) -> list[Callable[[], str]]:
    applied = [Applied(promotion_id, "Once", "ONCE", Kind.PERCENTAGE, 100, 0)]

    def one(number: int, buyer: Buyer) -> Callable[[], str]:
        def go() -> str:
            using.use(reference=f"order-{number}", applied=applied, buyer=buyer)
            return "used"

        return go

    return [one(number, buyer) for number, buyer in enumerate(buyers)]


def at_once(app: Flask, works: list[Callable[[], str]], size: int = 10) -> list[str | Exception]:
    return [
        done for start in range(0, len(works), size) for done in together(app, works[start : start + size])
    ]


@pytest.mark.parametrize("limits", [{"limit_total": 1}, {"code_limit": 1}])
def test_the_last_use_goes_to_exactly_one_of_two_hundred(any_app: Flask, limits: dict[str, int]) -> None:
    promotion_id = make_promotion(code="ONCE", **limits)
    done = at_once(any_app, uses(promotion_id, [Buyer(None, f"p{n}@example.com") for n in range(TRIES)]))
    assert done.count("used") == 1
    assert sum(isinstance(result, PromotionGone) for result in done) == TRIES - 1
    assert used(promotion_id) == 1


def test_one_customer_in_two_hundred_hurries_uses_it_once(any_app: Flask) -> None:
    promotion_id = make_promotion(code="ONCE", limit_per_customer=1)
    done = at_once(any_app, uses(promotion_id, [Buyer(None, "ada@example.com")] * TRIES))
    assert done.count("used") == 1
    assert sum(isinstance(result, PromotionGone) for result in done) == TRIES - 1
    assert used(promotion_id) == 1


def test_a_promotion_that_is_used_up_between_quote_and_order_sells_nothing(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    promotion_id = make_promotion(code="ONCE", limit_total=1)
    key = cart_with("ONCE")
    seen = quotes.on_offer(cart_queries.snapshot(key), GUEST)
    place(cart_with("ONCE"), 1295)
    monkeypatch.setattr(quotes, "on_offer", lambda *_asked: seen)
    with nothing_changes(), pytest.raises(PromotionGone, match="The code ONCE cannot be used any more"):
        place(key, 1295)
    assert used(promotion_id) == 1


@pytest.mark.parametrize("change", ["is_active", "ends_at", "starts_at"])
def test_a_promotion_that_stops_between_quote_and_order_sells_nothing(
    app: Flask, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    promotion_id = make_promotion(code="ONCE")
    key = cart_with("ONCE")
    seen = quotes.on_offer(cart_queries.snapshot(key), GUEST)
    day = timedelta(days=1)
    stopped = {"is_active": False, "ends_at": clock.now() - day, "starts_at": clock.now() + day}[change]
    with unit_of_work():
        db.session.execute(sa.update(Promotion).where(Promotion.id == promotion_id).values({change: stopped}))
    monkeypatch.setattr(quotes, "on_offer", lambda *_asked: seen)
    with nothing_changes(), pytest.raises(PromotionGone):
        place(key, 1295)
