"""Who holds a piece of work that only one process may do at a time, and whether they still live."""

import os
import socket

import sqlalchemy as sa

from smartshop.kernel.extensions import db


def holder() -> str:
    """This process, as it signs what it holds: ``host:pid``."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}"


def is_gone(signature: str) -> bool:
    """Whether the holder is known to have died: it ran on this host and no process has its number any more.

    False when in doubt (another host, a number used again); a deadline has to cover those.
    """
    host, _, number = signature.rpartition(":")
    if host != socket.gethostname()[:60] or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def wait_for_turn(name: str) -> None:
    """Inside a unit of work: go on only when nobody else is inside with the same name, until the commit.

    SQLite lets one writer in at a time anyway; PostgreSQL takes an advisory lock that ends with the transaction.
    """
    if db.session.connection().dialect.name == "postgresql":
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(name))))
