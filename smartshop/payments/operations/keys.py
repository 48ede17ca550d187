"""Whether providers take the key that the shop shows them, kept for its staff to see."""

from typing import Literal

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects import postgresql, sqlite

from smartshop.kernel import clock
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.payments.models import KeyRefusal

Asked = Literal["payment", "refund"]
log = structlog.get_logger(__name__)


def refused(*, gateway: str, asked: Asked, key_ending: str, is_known: bool, message: str) -> None:
    """Note that a provider refuses the key; one that it refused before was refused since then."""
    log.error("gateway_key_refused", gateway=gateway, asked=asked, key_ending=key_ending, problem=message)
    said = {"key_ending": key_ending, "is_known": is_known, "message": message[:255]}
    with unit_of_work():
        dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
        row = {"gateway": gateway, "asked": asked, "since": clock.now(), **said}
        is_same = KeyRefusal.key_ending == key_ending
        since = sa.case((is_same, KeyRefusal.since), else_=row["since"])
        db.session.execute(
            dialect.insert(KeyRefusal)
            .values(row)
            .on_conflict_do_update(index_elements=["gateway", "asked"], set_={**said, "since": since})
        )


def taken(*, gateway: str, asked: Asked) -> None:
    """Note that a provider takes the key for this."""
    mine = sa.and_(KeyRefusal.gateway == gateway, KeyRefusal.asked == asked)
    if db.session.scalar(sa.select(KeyRefusal.asked).where(mine)) is not None:
        with unit_of_work():
            db.session.execute(sa.delete(KeyRefusal).where(mine))
