"""Who is in which segment, kept beside the promotions so that placing an order can ask."""

import sqlalchemy as sa

from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.pricing.models.promotions import AudienceMember


def fill(*, members: sa.Select[int, str]) -> None:
    """Replace all memberships by these rows of person and segment."""
    with unit_of_work():
        db.session.execute(sa.delete(AudienceMember))
        db.session.execute(sa.insert(AudienceMember).from_select(["person_id", "segment"], members))


def leave(*, person_id: int) -> None:
    """Take a person out of their segment, inside the caller's unit of work."""
    db.session.execute(sa.delete(AudienceMember).where(AudienceMember.person_id == person_id))
