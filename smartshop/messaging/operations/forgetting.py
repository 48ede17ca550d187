"""Forgetting e-mails: their rows, and the files of an outbox."""

from collections.abc import Collection
from datetime import datetime
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from pathlib import Path

import sqlalchemy as sa

from smartshop.kernel import batches, codes
from smartshop.kernel.extensions import db
from smartshop.messaging.models import Email


def forget(*, person_id: int, addresses: Collection[str]) -> None:
    """Delete every e-mail to a person, sent or not, inside the caller's unit of work."""
    db.session.execute(
        sa.delete(Email).where(
            sa.or_(Email.person_id == person_id, sa.func.lower(Email.recipient).in_(addresses))
        )
    )


def forget_old(*, before: datetime) -> int:
    """Delete the e-mails from before a moment that are not on their way any more, in batches; returns how many."""
    return batches.delete(Email.id, sa.and_(Email.created_at < before, Email.state != "queued"))


def delete_files(*, outbox: Path, fingerprints: Collection[str]) -> int:
    """Delete the files of e-mails to addresses with these fingerprints; returns how many."""
    letters = [path for path in outbox.glob("*") if path.is_file()] if outbox.is_dir() else []
    theirs = [path for path in letters if not _recipients(path).isdisjoint(fingerprints)]
    for path in theirs:
        path.unlink(missing_ok=True)
    return len(theirs)


def _recipients(path: Path) -> set[str]:
    with path.open("rb") as file:
        headers = BytesHeaderParser().parse(file)
    return {codes.fingerprint(address.lower()) for _, address in getaddresses(headers.get_all("To", []))}
