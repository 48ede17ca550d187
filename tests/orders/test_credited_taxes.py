"""A credit note has a part for each rate, and the parts of all notes of an order sum to those of the order."""

from collections import Counter
from typing import Any

import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from smartshop.identity.rules.addresses import Address
from smartshop.kernel.extensions import db
from smartshop.orders.models import Invoice
from smartshop.orders.operations import placing
from smartshop.orders.rules import crediting
from tests.factories import HOME, make_cart, make_command, make_product, make_taxes
from tests.orders.acting import cancel, let_go, ship, take_back

PARIS = Address("Ada Buyer", "1 Rue Ada", "Paris", "75001", "FR")
RATES = (500, 2000)


def ordered(total_minor: int, *goods: tuple[str, int], address: Address = HOME) -> str:
    """An order of two of each of these (tax class, price)."""
    cart = [(make_product(price_minor=price, tax_class=tax_class), 2) for tax_class, price in goods]
    command = make_command(expected_total_minor=total_minor, address=address)
    return placing.place(command=command, key=make_cart(*cart), currency="GBP")


def notes() -> list[dict[str, Any]]:
    db.session.rollback()
    rows = sa.select(Invoice.facts).where(Invoice.kind == "credit_note").order_by(Invoice.id)
    return list(db.session.scalars(rows))


def told(facts: dict[str, Any]) -> list[tuple[int, int, int]]:
    """(rate, amount, tax) of each part."""
    return [(part["basis_points"], part["amount_minor"], part["tax_minor"]) for part in facts["taxes"]]


def test_goods_that_come_back_are_credited_at_their_own_rate(any_app: Flask) -> None:
    number = ordered(2100 + 2400 + 395, ("reduced", 1050), ("standard", 1200))
    ship(number, {1: 2, 2: 2})
    take_back(number, {1: 1})
    take_back(number, {2: 1})
    assert [told(facts) for facts in notes()] == [[(500, 1050, 50)], [(2000, 1200, 200)]]
    assert [facts["tax_minor"] for facts in notes()] == [50, 200]


def test_taxes_on_top_are_shown_beside_the_goods_and_sum_to_what_is_credited(any_app: Flask) -> None:
    make_taxes("FR", "TVA", is_inclusive=False, shipping_class="reduced", standard=2000, reduced=550)
    number = ordered(2000 + 4000 + 0 + 800 + 110, ("reduced", 1000), ("standard", 2000), address=PARIS)
    ship(number, {1: 2, 2: 2})
    take_back(number, {1: 1, 2: 1})
    let_go(number, 1000)
    for facts in notes():
        goods = sum(line["total_minor"] for line in facts["lines"])
        beside = sum(row["minor"] for row in facts["totals"])
        tax = sum(part["tax_minor"] for part in facts["taxes"])
        shown = goods + beside if facts["lines"] else sum(part["amount_minor"] for part in facts["taxes"])
        assert shown + tax == facts["total_minor"]
        assert facts["tax_minor"] == tax
    assert told(notes()[0]) == [(550, 1000, 55), (2000, 2000, 400)]


def test_all_notes_of_an_order_sum_to_its_taxes(any_app: Flask) -> None:
    number = ordered(2100 + 2400 + 395, ("reduced", 1050), ("standard", 1200))
    ship(number, {1: 1})
    let_go(number, 333)
    take_back(number, {1: 1})
    let_go(number, 778)
    cancel(number)
    db.session.rollback()
    invoice = db.session.scalars(sa.select(Invoice.facts).where(Invoice.kind == "invoice")).one()
    left = invoice["total_minor"] - sum(facts["total_minor"] for facts in notes())
    if left:
        let_go(number, left)
    sums: Counter[int] = Counter()
    for facts in notes():
        sums.update({rate: tax for rate, _amount, tax in told(facts)})
    assert sums == Counter({rate: tax for rate, _amount, tax in told(invoice)})


def part_of(rate: int, amount: int, tax: int, *, is_inclusive: bool) -> dict[str, Any]:
    return {"basis_points": rate, "amount_minor": amount, "tax_minor": tax, "is_inclusive": is_inclusive}


@given(
    st.lists(st.tuples(st.integers(1, 9_999), st.integers(0, 999)), min_size=2, max_size=2),
    st.integers(0, 5_000),
    st.lists(st.tuples(st.sampled_from([None, 0, *RATES]), st.integers(0, 9_999)), max_size=6),
    st.booleans(),
)
def test_whatever_the_steps_the_parts_sum_to_the_whole(
    taxed: list[tuple[int, int]],
    untaxed: int,
    steps: list[tuple[int | None, int]],
    is_inclusive: bool,  # noqa: FBT001
) -> None:
    taxes = [
        part_of(rate, amount, tax, is_inclusive=is_inclusive)
        for rate, (amount, tax) in zip(RATES, taxed, strict=True)
    ]
    total = sum(map(crediting.worth, taxes)) + untaxed
    before: Counter[int] = Counter()
    sums: Counter[int] = Counter()
    for rate, minor in [*steps, (None, total)]:
        left = crediting.by_rate(taxes, total)
        left.subtract(before)
        amount = min(minor, left.total())
        credited = crediting.rates_of(amount, [(rate, amount)], left)
        assert credited.total() == amount
        assert all(0 <= credited[each] <= left[each] for each in credited)
        for each in crediting.parts(taxes, credited, before):
            sums[each["basis_points"]] += each["tax_minor"]
        before.update(credited)
    assert [sums[rate] for rate in RATES] == [tax for _amount, tax in taxed]
