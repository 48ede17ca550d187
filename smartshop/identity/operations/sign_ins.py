"""Ending sign-ins: one's own, or all of somebody's."""

import sqlalchemy as sa

from smartshop.identity.models import SignIn
from smartshop.kernel import clock, codes
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work


def end_all(*, person_id: int, but: str = "") -> None:
    """End every sign-in of a person, but for the one with this token."""
    with unit_of_work():
        db.session.execute(
            sa.update(SignIn)
            .where(
                SignIn.person_id == person_id,
                SignIn.ended_at.is_(None),
                SignIn.token_fingerprint != codes.fingerprint(but),
            )
            .values(ended_at=clock.now())
        )
