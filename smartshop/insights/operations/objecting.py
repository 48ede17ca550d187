"""Taking a person out of the scores the moment they object; ``runs.promote`` leaves them out from then on."""

import sqlalchemy as sa

from smartshop.insights.operations import segmenting
from smartshop.insights.operations.runs import SCORES
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.pricing.operations import audiences


def drop_scores(*, person_id: int) -> None:
    """Delete every score of a person, their place in a segment and the way they came there."""
    with unit_of_work():
        for table in SCORES.values():
            db.session.execute(sa.delete(table).where(table.person_id == person_id))
        segmenting.forget_moves(person_id=person_id)
        audiences.leave(person_id=person_id)
