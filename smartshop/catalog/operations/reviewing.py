"""Reviews: written, changed, published and turned down; a product's sum and count move with them.

A review's row is locked before a product's, and each in the order of their ids: nobody waits in a circle.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from smartshop.catalog.models import Product, Review
from smartshop.catalog.rules import reviews as rules
from smartshop.catalog.rules.reviews import Opinion, State
from smartshop.kernel import audit, clock
from smartshop.kernel.errors import Invalid
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work


def write(
    *, product_id: int, person_id: int, name: str, opinion: Opinion, is_verified: bool, is_published: bool
) -> State:
    """Write one's review of a product, or change it; returns the state it is in now.

    Raises Invalid.
    """
    said, state = rules.checked(opinion), State.PUBLISHED if is_published else State.PENDING
    words = {
        **vars(said),
        "author": rules.signature(name)[:120],
        "is_verified": is_verified,
        "state": state,
        "reason": "",
        "created_at": clock.now(),
    }
    with unit_of_work():
        dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
        made = db.session.scalar(
            dialect.insert(Review)
            .values(product_id=product_id, person_id=person_id, **words)
            .on_conflict_do_nothing(index_elements=["product_id", "person_id"])
            .returning(Review.id)
        )
        if made is not None:
            _count({product_id: Counter(_difference("", 0, state, said.rating))})
            return state
        mine = (Review.product_id == product_id) & (Review.person_id == person_id)
        old = db.session.execute(
            sa.select(Review.id, Review.state, Review.rating).where(mine).with_for_update()
        ).one()
        db.session.execute(
            sa.update(Review).where(Review.id == old.id).values(**words, revision=Review.revision + 1)
        )
        _count({product_id: Counter(_difference(old.state, old.rating, state, said.rating))})
        return state


def decide(*, seen: Mapping[int, int], to: State, reason: str, actor: audit.Actor) -> int:
    """Publish or turn down reviews, by id with the revision that was read; returns how many moved.

    What was changed since, or is in that state already, stays as it is. Raises Invalid (no reason to turn down).
    """
    why = " ".join(reason.split())[: rules.LONGEST_REASON]
    if to == State.REJECTED and not why:
        text = "Say why: the author reads it."
        raise Invalid(text, {"reason": text})
    with unit_of_work():
        found = db.session.execute(
            sa.select(Review.id, Review.product_id, Review.rating, Review.state, Review.revision)
            .where(Review.id.in_(seen), Review.state != to)
            .order_by(Review.id)
            .with_for_update()
        ).all()
        moved = [row for row in found if row.revision == seen[row.id] and _moves(row, to, why)]
        changes: dict[int, Counter[str]] = {}
        for row in moved:
            gained = _difference(row.state, row.rating, to, row.rating)
            changes.setdefault(row.product_id, Counter()).update(gained)
            audit.record(
                actor=actor,
                action=f"review.{to}",
                subject=f"review:{row.id}",
                before={"state": row.state},
                after={"state": to.value},
                reason=why,
            )
        _count(changes)
    return len(moved)


def withdraw(*, person_id: int) -> int:
    """Delete everything that a person said of products; returns how many reviews that was."""
    with unit_of_work():
        gone = db.session.execute(
            sa.delete(Review)
            .where(Review.person_id == person_id)
            .returning(Review.product_id, Review.state, Review.rating)
        ).all()
        changes: dict[int, Counter[str]] = {}
        for row in gone:
            changes.setdefault(row.product_id, Counter()).update(_difference(row.state, row.rating, "", 0))
        _count(changes)
    return len(gone)


def _moves(row: Any, to: State, reason: str) -> bool:
    """Whether it was this unit that moved the review: the database decides."""
    moved = db.session.execute(
        sa.update(Review)
        .where(Review.id == row.id, Review.state == row.state, Review.revision == row.revision)
        .values(state=to, reason=reason if to == State.REJECTED else "")
        .execution_options(synchronize_session=False)
    )
    return bool(moved.rowcount)  # type: ignore[attr-defined]


def _difference(old_state: str, old_rating: int, state: str, rating: int) -> dict[str, int]:
    was, is_now = rules.counted(old_state, old_rating), rules.counted(state, rating)
    return {"rating_sum": is_now[0] - was[0], "rating_count": is_now[1] - was[1]}


def _count(changes: Mapping[int, Counter[str]]) -> None:
    for product_id, change in sorted(changes.items()):
        if any(change.values()):
            db.session.execute(
                sa.update(Product)
                .where(Product.id == product_id)
                .values({name: getattr(Product, name) + by for name, by in change.items()})
                .execution_options(synchronize_session=False)
            )
