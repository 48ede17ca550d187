"""Reviews that are written, read and decided on; a product's sum and count always tell what is published."""

from collections.abc import Callable
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smartshop.catalog.models import Product, Review
from smartshop.catalog.operations import reviewing
from smartshop.catalog.queries import reviews
from smartshop.catalog.rules import reviews as rules
from smartshop.catalog.rules.reviews import Opinion, Order, State
from smartshop.kernel.audit import SYSTEM, AuditRecord
from smartshop.kernel.errors import Invalid
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests.competing import together
from tests.factories import Goods, make_person, make_product
from tests.row_counts import nothing_changes

Work = Callable[[], object]
STEPS = st.one_of(
    st.tuples(st.just("write"), st.integers(0, 2), st.integers(1, 5), st.booleans()),
    st.tuples(st.just("decide"), st.integers(0, 2), st.sampled_from(list(State)), st.booleans()),
)


def write(goods: Goods, person_id: int, rating: int = 5, *, at_once: bool = False) -> State:
    return reviewing.write(
        product_id=goods.product_id,
        person_id=person_id,
        name="Ada Buyer",
        opinion=Opinion(rating, "Good", "Holds tea."),
        is_verified=True,
        is_published=at_once,
    )


def seen(goods: Goods) -> dict[int, int]:
    rows = db.session.execute(
        sa.select(Review.id, Review.revision).where(Review.product_id == goods.product_id)
    ).all()
    db.session.rollback()
    return {row.id: row.revision for row in rows}


def decide(what: dict[int, int], to: State = State.PUBLISHED) -> int:
    return reviewing.decide(seen=what, to=to, reason="off topic", actor=SYSTEM)


def counted(goods: Goods) -> tuple[int, int]:
    """The product's own sum and count."""
    db.session.rollback()
    found = db.session.execute(
        sa.select(Product.rating_sum, Product.rating_count).where(Product.id == goods.product_id)
    ).one()
    return found.rating_sum, found.rating_count


def published(goods: Goods) -> tuple[int, int]:
    """The sum and count of what is published, added up anew."""
    found = db.session.execute(
        sa.select(sa.func.coalesce(sa.func.sum(Review.rating), 0), sa.func.count()).where(
            Review.product_id == goods.product_id, Review.state == "published"
        )
    ).one()
    return int(found[0]), found[1]


def test_a_review_counts_from_when_it_is_published(any_app: Flask) -> None:
    goods, ada = make_product(), make_person()
    assert write(goods, ada, 4) == State.PENDING
    assert (counted(goods), reviews.of_product(goods.product_id).page.total) == ((0, 0), 0)
    assert decide(seen(goods)) == 1
    assert counted(goods) == (4, 1)
    said = reviews.of_product(goods.product_id)
    assert [(r.author, r.rating, r.is_verified) for r in said.page.items] == [("Ada B.", 4, True)]
    assert said.by_stars == {5: 0, 4: 1, 3: 0, 2: 0, 1: 0}
    assert decide(seen(goods), State.REJECTED) == 1
    assert counted(goods) == (0, 0)
    record = db.session.scalars(sa.select(AuditRecord).order_by(AuditRecord.id.desc())).first()
    assert record is not None
    assert (record.action, record.reason) == ("review.rejected", "off topic")
    own = reviews.own(product_id=goods.product_id, person_id=ada)
    assert own is not None
    assert (own.state, own.reason) == ("rejected", "off topic")


def test_a_changed_review_waits_again_and_does_not_count_meanwhile(any_app: Flask) -> None:
    goods, ada = make_product(), make_person()
    write(goods, ada, 5)
    decide(seen(goods))
    assert write(goods, ada, 2) == State.PENDING
    assert (counted(goods), len(seen(goods))) == ((0, 0), 1)
    decide(seen(goods))
    assert counted(goods) == (2, 1)


def test_a_shop_that_shows_reviews_at_once_counts_the_newest_words(any_app: Flask) -> None:
    goods, ada = make_product(), make_person()
    assert write(goods, ada, 5, at_once=True) == State.PUBLISHED
    assert write(goods, ada, 1, at_once=True) == State.PUBLISHED
    assert counted(goods) == (1, 1)


def test_words_that_changed_since_they_were_read_are_not_published(any_app: Flask) -> None:
    goods, ada = make_product(), make_person()
    write(goods, ada)
    read = seen(goods)
    write(goods, ada, 1)
    with nothing_changes():
        assert decide(read) == 0


def test_turning_down_needs_a_reason(any_app: Flask) -> None:
    goods, ada = make_product(), make_person()
    write(goods, ada)
    with nothing_changes(), pytest.raises(Invalid) as refusal:
        reviewing.decide(seen=seen(goods), to=State.REJECTED, reason="  ", actor=SYSTEM)
    assert set(refusal.value.fields) == {"reason"}


@pytest.mark.parametrize(
    ("opinion", "field"),
    [
        (Opinion(0, "", ""), "rating"),
        (Opinion(6, "", ""), "rating"),
        (Opinion(-1, "", ""), "rating"),
        (Opinion(5, "x" * 121, ""), "title"),
        (Opinion(5, "a\x07bell", ""), "title"),
        (Opinion(5, "", "x" * 4001), "body"),
    ],
)
def test_an_opinion_out_of_bounds_is_refused(opinion: Opinion, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        rules.checked(opinion)
    assert set(refusal.value.fields) == {field}


@pytest.mark.parametrize(
    ("name", "signed"), [("Ada Lovelace", "Ada L."), (" Ada ", "Ada"), ("", ""), ("A B C", "A C.")]
)
def test_a_review_is_signed_with_a_first_name_and_an_initial(name: str, signed: str) -> None:
    assert rules.signature(name) == signed


def test_reviews_sort_and_the_queue_filters(any_app: Flask) -> None:
    goods, other = make_product(name="Blue mug"), make_product(name="100% wool")
    for rating in (3, 5, 1):
        write(goods, make_person(), rating, at_once=True)
    write(other, make_person(), 2)

    def ratings(order: Order) -> list[int]:
        return [r.rating for r in reviews.of_product(goods.product_id, order=order).page.items]

    assert [ratings(order) for order in Order] == [[1, 5, 3], [5, 3, 1], [1, 3, 5]]
    assert [r.product_name for r in reviews.queue(state=State.PENDING).items] == ["100% wool"]
    assert [r.rating for r in reviews.queue(state=State.PUBLISHED, rating=5).items] == [5]
    assert reviews.queue(state=State.PUBLISHED, words="MUG").total == 3
    assert reviews.queue(state=State.PENDING, words="0%").total == 1
    assert reviews.queue(state=State.PENDING, words="_").total == 0
    assert reviews.counts() == {State.PENDING: 1, State.PUBLISHED: 3, State.REJECTED: 0}


def test_moderators_at_the_same_moment_count_a_review_once(any_app: Flask) -> None:
    goods = [make_product(), make_product()]
    for product in goods:
        for _ in range(3):
            write(product, make_person(), 4)
    everything = {**seen(goods[0]), **seen(goods[1])}
    done = together(any_app, [lambda: decide(everything) for _ in range(4)])
    assert sorted(map(str, done)) == ["0", "0", "0", "6"]
    assert [counted(product) for product in goods] == [(12, 3), (12, 3)]


def test_an_author_and_a_moderator_at_the_same_moment_keep_the_sum_true(any_app: Flask) -> None:
    goods, ada = make_product(), make_person()
    for _ in range(5):
        write(goods, ada, 5)
        read = seen(goods)
        works: list[Work] = [partial(write, goods, ada, 1), partial(decide, read)]
        done = together(any_app, works)
        assert not [one for one in done if isinstance(one, Exception)]
        assert counted(goods) == published(goods) == (0, 0)


def test_one_who_sends_the_form_twice_has_one_review(any_app: Flask) -> None:
    goods, ada = make_product(), make_person()
    done = together(any_app, [lambda: write(goods, ada, 5, at_once=True) for _ in range(3)])
    assert done == [State.PUBLISHED] * 3
    assert (counted(goods), len(seen(goods))) == ((5, 1), 1)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEPS, max_size=14))
def test_whatever_happens_the_sum_is_that_of_what_is_published(
    app: Flask, steps: list[tuple[str, int, int | State, bool]]
) -> None:
    goods = make_product()
    with unit_of_work():
        db.session.execute(sa.text("DELETE FROM people"))
    authors = [make_person() for _ in range(3)]
    for kind, who, what, flag in steps:
        if kind == "write":
            write(goods, authors[who], int(what), at_once=flag)
        else:
            everything = seen(goods)
            keys = sorted(everything)[who : who + 1] if flag else everything
            decide({key: everything[key] for key in keys}, State(str(what)))
        assert counted(goods) == published(goods)
