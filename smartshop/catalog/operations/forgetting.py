"""Forgetting a person in reviews and in the log of searches."""

import sqlalchemy as sa

from smartshop.catalog.models import Review, SearchMiss
from smartshop.catalog.operations import reviewing
from smartshop.catalog.rules import searching
from smartshop.kernel.extensions import db
from smartshop.kernel.marks import Marks

AUTHOR = "Former customer"


def forget(*, person_id: int, marks: Marks, keeps_reviews: bool) -> None:
    """Sign their reviews "Former customer", or delete them; drop searches that name them. Inside the caller's unit."""
    if keeps_reviews:
        for review in db.session.scalars(sa.select(Review).where(Review.person_id == person_id)):
            review.person_id, review.author = None, AUTHOR
            review.title, review.body = marks.hide(review.title)[:120], marks.hide(review.body)
            review.reason = marks.hide(review.reason)[:500]
    else:
        reviewing.withdraw(person_id=person_id)
    named = [searching.normalised(text) for text in marks.texts]
    db.session.execute(
        sa.delete(SearchMiss).where(
            sa.or_(sa.false(), *(SearchMiss.asked.contains(text, autoescape=True) for text in named if text))
        )
    )
