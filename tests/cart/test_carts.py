import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from smartshop.cart import queries, rules
from smartshop.cart.models import Cart, CartLine
from smartshop.cart.operations import filling as carts
from smartshop.cart.operations.filling import Added, CartGone, Merged, SoldOut
from smartshop.cart.queries import CartKey
from smartshop.catalog.models import Category, Product, Variant
from smartshop.inventory.models import StockLevel
from smartshop.kernel import codes
from smartshop.kernel.errors import Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests.factories import Goods, make_cart, make_category, make_person, make_product
from tests.row_counts import row_counts

GUEST = CartKey()
QUANTITIES = st.dictionaries(st.integers(1, 5), st.integers(1, 99))


def contents(key: CartKey) -> dict[int, int]:
    return {item.variant_id: item.quantity for item in queries.snapshot(key).items}


def set_stock(goods: Goods, on_hand: int) -> None:
    with unit_of_work():
        db.session.execute(
            sa.update(StockLevel).where(StockLevel.variant_id == goods.variant_id).values(on_hand=on_hand)
        )


def test_a_guests_first_thing_makes_a_cart_whose_token_only_the_browser_has(any_app: Flask) -> None:
    mug = make_product(on_hand=9)
    added = carts.add(key=GUEST, variant_id=mug.variant_id, quantity=2)
    assert (added.product_id, added.quantity, added.is_clipped) == (mug.product_id, 2, False)
    assert added.token is not None
    assert len(added.token) == 43
    cart = db.session.scalars(sa.select(Cart)).one()
    assert cart.token_fingerprint == codes.fingerprint(added.token)
    assert (cart.person_id, cart.state) == (None, "open")
    assert contents(CartKey(token=added.token)) == {mug.variant_id: 2}


def test_more_of_the_same_adds_up_in_the_same_cart(any_app: Flask) -> None:
    mug = make_product(on_hand=9)
    key = make_cart((mug, 2))
    assert carts.add(key=key, variant_id=mug.variant_id, quantity=3) == Added(mug.product_id, 5, False, None)
    assert contents(key) == {mug.variant_id: 5}
    assert queries.count(key) == 5


def test_a_cart_holds_at_most_what_is_left_and_says_so(any_app: Flask) -> None:
    mug = make_product(on_hand=3)
    key = make_cart((mug, 2))
    added = carts.add(key=key, variant_id=mug.variant_id, quantity=2)
    assert (added.quantity, added.is_clipped) == (3, True)
    assert contents(key) == {mug.variant_id: 3}


def test_a_cart_holds_at_most_99_of_one_thing(any_app: Flask) -> None:
    mug = make_product(on_hand=None)
    key = make_cart((mug, 60))
    added = carts.add(key=key, variant_id=mug.variant_id, quantity=60)
    assert (added.quantity, added.is_clipped) == (99, True)
    assert contents(key) == {mug.variant_id: rules.MOST_OF_ONE}


@pytest.mark.parametrize("quantity", [0, -1, 100, 10**12])
def test_a_quantity_that_makes_no_sense_is_refused_and_nothing_changes(any_app: Flask, quantity: int) -> None:
    mug = make_product()
    key = make_cart((mug, 1))
    before = row_counts()
    with pytest.raises(Invalid) as refusal:
        carts.add(key=key, variant_id=mug.variant_id, quantity=quantity)
    assert refusal.value.fields == {"quantity": "A number from 1 to 99."}
    if quantity:
        with pytest.raises(Invalid):
            carts.set_quantity(key=key, variant_id=mug.variant_id, quantity=quantity)
    assert row_counts() == before
    assert contents(key) == {mug.variant_id: 1}


def test_what_is_not_on_sale_cannot_be_added_and_no_cart_is_made(any_app: Flask) -> None:
    draft, retired = make_product(status="draft"), make_product()
    with unit_of_work():
        db.session.execute(sa.update(Variant).where(Variant.id == retired.variant_id).values(is_active=False))
    before = row_counts()
    for variant_id in (draft.variant_id, retired.variant_id, 4711, -1):
        with pytest.raises(NotFound):
            carts.add(key=GUEST, variant_id=variant_id, quantity=1)
    with pytest.raises(SoldOut):
        carts.add(key=GUEST, variant_id=make_sold_out().variant_id, quantity=1)
    assert row_counts(leaving_out=SHELF) == {name: n for name, n in before.items() if name not in SHELF}


SHELF = ("products", "variants", "stock_levels", "search_words")


def make_sold_out() -> Goods:
    return make_product(name="Sold out", on_hand=0)


def test_a_line_is_set_clipped_and_taken_out(any_app: Flask) -> None:
    mug, lamp = make_product(on_hand=6), make_product(name="Lamp", on_hand=6)
    key = make_cart((mug, 1), (lamp, 1))
    assert carts.set_quantity(key=key, variant_id=mug.variant_id, quantity=4) is False
    assert contents(key) == {mug.variant_id: 4, lamp.variant_id: 1}
    assert carts.set_quantity(key=key, variant_id=mug.variant_id, quantity=50) is True
    assert contents(key) == {mug.variant_id: 6, lamp.variant_id: 1}
    assert carts.set_quantity(key=key, variant_id=mug.variant_id, quantity=0) is False
    assert contents(key) == {lamp.variant_id: 1}


def test_setting_a_line_that_has_sold_out_takes_it_out(any_app: Flask) -> None:
    mug = make_product(on_hand=2)
    key = make_cart((mug, 2))
    set_stock(mug, 0)
    assert carts.set_quantity(key=key, variant_id=mug.variant_id, quantity=1) is True
    assert contents(key) == {}


def test_a_line_that_is_not_there_cannot_be_set(any_app: Flask) -> None:
    mug, lamp = make_product(), make_product(name="Lamp")
    key = make_cart((mug, 1))
    for who, variant_id in (
        (key, lamp.variant_id),
        (GUEST, mug.variant_id),
        (CartKey(token="x"), mug.variant_id),
    ):
        with pytest.raises(CartGone):
            carts.set_quantity(key=who, variant_id=variant_id, quantity=2)
    assert contents(key) == {mug.variant_id: 1}


def test_other_peoples_carts_cannot_be_seen_or_touched(any_app: Flask) -> None:
    mug = make_product()
    ada, bob = make_person(), make_person()
    of_ada, of_guest = make_cart((mug, 3), person_id=ada), make_cart((mug, 2))
    fingerprints = db.session.scalars(sa.select(Cart.token_fingerprint)).all()
    strangers = [
        CartKey(person_id=bob),
        CartKey(token=codes.token()),
        *(CartKey(token=mark) for mark in fingerprints),
    ]
    for stranger in strangers:
        assert queries.snapshot(stranger).items == ()
        assert queries.count(stranger) == 0
        with pytest.raises(CartGone):
            carts.set_quantity(key=stranger, variant_id=mug.variant_id, quantity=0)
    assert contents(of_ada) == {mug.variant_id: 3}
    assert contents(of_guest) == {mug.variant_id: 2}


def test_a_persons_cart_does_not_open_with_a_token_and_a_guests_not_for_a_signed_in_person(
    any_app: Flask,
) -> None:
    mug = make_product()
    ada = make_person()
    guest = make_cart((mug, 2))
    assert contents(CartKey(token=guest.token, person_id=ada)) == {}
    carts.add(key=CartKey(token=guest.token, person_id=ada), variant_id=mug.variant_id, quantity=1)
    assert contents(CartKey(person_id=ada)) == {mug.variant_id: 1}
    assert contents(guest) == {mug.variant_id: 2}


def test_nobody_has_two_open_carts(any_app: Flask) -> None:
    mug = make_product()
    ada = make_person()
    make_cart((mug, 1), (mug, 1), person_id=ada)
    cart = db.session.scalars(sa.select(Cart)).one()
    with pytest.raises(IntegrityError), unit_of_work():
        db.session.add(
            Cart(
                token_fingerprint="b" * 64,
                person_id=ada,
                created_at=cart.created_at,
                updated_at=cart.created_at,
            )
        )


def test_a_merge_takes_the_larger_quantity_and_clips_it_to_what_is_left(any_app: Flask) -> None:
    same, more, scarce, new = (
        make_product(name=name, on_hand=9) for name in ("Same", "More", "Scarce", "New")
    )
    ada = make_person()
    guest = make_cart((same, 2), (more, 5), (scarce, 6), (new, 1))
    own = make_cart((same, 3), (more, 1), (scarce, 1), person_id=ada)
    set_stock(scarce, 4)
    assert carts.merge(token=guest.token, person_id=ada) == Merged(lines=4, clipped=1)
    assert contents(own) == {same.variant_id: 3, more.variant_id: 5, scarce.variant_id: 4, new.variant_id: 1}
    assert contents(guest) == {}
    assert sorted(db.session.scalars(sa.select(Cart.state))) == ["merged", "open"]


def test_merging_again_or_without_a_cart_changes_nothing(any_app: Flask) -> None:
    mug = make_product()
    ada = make_person()
    guest = make_cart((mug, 2))
    carts.merge(token=guest.token, person_id=ada)
    before = row_counts()
    for token in (guest.token, None, "", "made up"):
        assert carts.merge(token=token, person_id=ada) == Merged(0, 0)
    assert row_counts() == before
    assert contents(CartKey(person_id=ada)) == {mug.variant_id: 2}


def test_a_merge_of_what_has_sold_out_keeps_the_persons_own_line(any_app: Flask) -> None:
    mug = make_product(on_hand=5)
    ada = make_person()
    guest, own = make_cart((mug, 2)), make_cart((mug, 1), person_id=ada)
    set_stock(mug, 0)
    assert carts.merge(token=guest.token, person_id=ada) == Merged(1, 1)
    assert contents(own) == {mug.variant_id: 1}
    assert queries.snapshot(own).has_shortage


@given(QUANTITIES, QUANTITIES)
def test_merging_never_loses_a_thing_and_twice_is_once(own: dict[int, int], guest: dict[int, int]) -> None:
    merged = rules.merged(own, guest)
    assert set(merged) == set(own) | set(guest)
    assert all(quantity == max(own.get(v, 0), guest.get(v, 0)) for v, quantity in merged.items())
    assert rules.merged(merged, guest) == merged


def test_a_cart_is_closed_once_and_comes_back_when_reopened(any_app: Flask) -> None:
    mug = make_product()
    key = make_cart((mug, 2))
    cart_id = queries.snapshot(key).cart_id
    assert cart_id is not None
    carts.close(cart_id=cart_id)
    assert contents(key) == {}
    with pytest.raises(CartGone):
        carts.close(cart_id=cart_id)
    carts.reopen(cart_id=cart_id)
    assert contents(key) == {mug.variant_id: 2}


def test_reopening_leaves_a_cart_begun_in_the_meantime_alone(any_app: Flask) -> None:
    mug, lamp = make_product(), make_product(name="Lamp")
    ada = make_person()
    key = make_cart((mug, 2), person_id=ada)
    first = queries.snapshot(key).cart_id
    assert first is not None
    carts.close(cart_id=first)
    make_cart((lamp, 1), person_id=ada)
    carts.reopen(cart_id=first)
    assert contents(key) == {lamp.variant_id: 1}
    assert db.session.scalar(sa.select(Cart.state).where(Cart.id == first)) == "ordered"


def test_a_snapshot_shows_prices_stock_and_what_is_no_longer_sold_as_of_now(any_app: Flask) -> None:
    mug, lamp = (
        make_product(price_minor=250, on_hand=5),
        make_product(name="Lamp", price_minor=4000, on_hand=1),
    )
    key = make_cart((mug, 3), (lamp, 1))
    with unit_of_work():
        db.session.execute(sa.update(Variant).where(Variant.id == mug.variant_id).values(price_minor=300))
        db.session.execute(sa.update(Product).where(Product.id == lamp.product_id).values(status="draft"))
    snapshot = queries.snapshot(key)
    assert [
        (item.name, item.unit_price_minor, item.total_minor, item.is_short) for item in snapshot.items
    ] == [
        ("Mug", 300, 900, False),
        ("Lamp", 4000, 4000, True),
    ]
    assert (snapshot.quantity, snapshot.goods_minor, snapshot.has_shortage) == (4, 4900, True)
    assert snapshot.items[1].availability.quantity == 0


def test_an_empty_cart_asks_the_database_nothing(app: Flask) -> None:
    with app.app_context():
        assert queries.snapshot(GUEST) == queries.CartSnapshot(None, ())
        assert queries.count(GUEST) == 0
        assert not db.session().in_transaction()


def test_a_line_outside_the_range_cannot_be_stored(any_app: Flask) -> None:
    make_cart((make_product(), 1))
    for quantity in (0, 1000):
        with pytest.raises(IntegrityError), unit_of_work():
            db.session.execute(sa.update(CartLine).values(quantity=quantity))


def test_what_a_guest_holds_at_the_till_is_theirs_when_they_sign_in(any_app: Flask) -> None:
    mug = make_product(on_hand=2)
    ada, guest = make_person(), make_cart((mug, 2))
    carts.reserve(key=guest, minutes=10)
    carts.merge(token=guest.token, person_id=ada)
    own = queries.snapshot(CartKey(person_id=ada))
    assert (own.quantity, own.has_shortage) == (2, False)
    carts.reserve(key=CartKey(person_id=ada), minutes=10)


def test_a_line_knows_what_its_price_depends_on(any_app: Flask) -> None:
    top, below = make_category(name="Home"), make_category(name="Kitchen")
    mug = make_product(category_id=below)
    with unit_of_work():
        db.session.execute(sa.update(Category).where(Category.id == below).values(parent_id=top))
        db.session.execute(sa.update(Variant).values(weight_grams=350))
    (item,) = queries.snapshot(make_cart((mug, 1))).items
    assert (item.category_ids, item.weight_grams, item.tax_class) == ((top, below), 350, "standard")


def test_a_line_of_a_category_that_is_its_own_parent_still_has_one(any_app: Flask) -> None:
    ring = make_category()
    mug = make_product(category_id=ring)
    with unit_of_work():
        db.session.execute(sa.update(Category).values(parent_id=ring))
    (item,) = queries.snapshot(make_cart((mug, 1))).items
    assert item.category_ids == (ring,)
