"""Finishing erasures outside the rows: files of sent e-mails, and what a database file keeps of deleted rows."""

import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from smartshop.kernel import clock
from smartshop.kernel.db import BUSY_TIMEOUT_MS
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.messaging.operations import forgetting as messages
from smartshop.privacy.models import Erasure

PATIENCE_MS = 200


def finish(*, outbox: Path) -> int:
    """Finish every erasure that is not; returns how many.

    Killed on the way, or with somebody still reading the old rows, the next run does it all again.
    """
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
    if not _rewrite_file():
        return 0
    with unit_of_work():
        db.session.execute(
            sa.update(Erasure)
            .where(Erasure.id.in_([row.id for row in waiting]))
            .values(finished_at=clock.now())
            .execution_options(synchronize_session=False)
        )
    return len(waiting)


def _rewrite_file() -> bool:
    """SQLite leaves deleted rows in free pages and in its log until both are written anew; PostgreSQL vacuums itself.

    False when that has to wait for a reader or a writer: the shop does not wait for us.
    """
    if db.engine.dialect.name != "sqlite":
        return True
    db.session.remove()
    raw = db.engine.raw_connection()
    connection: Any = raw.driver_connection
    try:
        connection.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
        connection.execute("VACUUM")
        is_busy, *_pages = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError:
        return False
    else:
        return not is_busy
    finally:
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        raw.close()
