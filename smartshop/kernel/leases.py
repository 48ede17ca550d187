"""Who holds a piece of work that only one process may do at a time, and whether they still live."""

import os
import secrets
import socket

import sqlalchemy as sa

from smartshop.kernel.extensions import db

MARK = secrets.token_hex(4)


def holder() -> str:
    """This process, as it signs what it holds: ``host:pid:mark``. The mark tells apart processes given one number."""
    return f"{_host()}:{os.getpid()}:{MARK}"


def is_gone(signature: str) -> bool:
    """Whether the holder is known to have died: it ran on this host, and its number is nobody's or ours by now.

    False when in doubt (another host, a number that somebody else has now); a deadline has to cover those.
    """
    host, _, rest = signature.partition(":")
    number, _, mark = rest.partition(":")
    if host != _host() or not number.isdigit():
        return False
    if int(number) == os.getpid():
        return mark != MARK
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


def _host() -> str:
    return socket.gethostname()[:50]
