"""Finishing erasures outside the rows: files of sent e-mails, and what a database file keeps of deleted rows."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from smartshop.kernel import clock
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.messaging.operations import forgetting as messages
from smartshop.privacy.models import Erasure


def finish(*, outbox: Path) -> int:
    """Finish every erasure that is not; returns how many. Killed on the way, the next run does it all again."""
    waiting = db.session.execute(
        sa.select(Erasure.id, Erasure.fingerprints).where(Erasure.finished_at.is_(None))
    ).all()
    if not waiting:
        return 0
    theirs = {fingerprint for row in waiting for fingerprint in row.fingerprints}
    messages.delete_files(outbox=outbox, fingerprints=theirs)
    with unit_of_work():
        db.session.execute(
            sa.update(Erasure)
            .where(Erasure.id.in_([row.id for row in waiting]))
            .values(fingerprints=[])
            .execution_options(synchronize_session=False)
        )
    _rewrite_file()
    with unit_of_work():
        db.session.execute(
            sa.update(Erasure)
            .where(Erasure.id.in_([row.id for row in waiting]))
            .values(finished_at=clock.now())
            .execution_options(synchronize_session=False)
        )
    return len(waiting)


def _rewrite_file() -> None:
    """SQLite leaves deleted rows in free pages and in its log until both are written anew; PostgreSQL vacuums itself."""
    if db.engine.dialect.name != "sqlite":
        return
    db.session.remove()
    raw = db.engine.raw_connection()
    try:
        connection: Any = raw.driver_connection
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        raw.close()
