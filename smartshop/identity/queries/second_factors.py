"""A person's second factor."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from smartshop.identity.models import RecoveryCode, TwoFactor
from smartshop.identity.rules import two_factor as rules
from smartshop.kernel.extensions import db
from smartshop.kernel.sealing import Seal


@dataclass(frozen=True)
class SecondFactor:
    """Whether it is on since when, and how many recovery codes are left."""

    on_since: datetime | None
    recovery_left: int


def of(person_id: int) -> SecondFactor:
    """The second factor of a person."""
    on_since = db.session.scalar(sa.select(TwoFactor.confirmed_at).where(TwoFactor.person_id == person_id))
    left = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(RecoveryCode)
        .where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    )
    return SecondFactor(on_since, left or 0)


def secret_to_confirm(person_id: int, seal: Seal) -> str | None:
    """The secret that waits for its first code, in base32; None when none does."""
    salt = db.session.scalar(
        sa.select(TwoFactor.salt).where(TwoFactor.person_id == person_id, TwoFactor.confirmed_at.is_(None))
    )
    return seal.shared_secret(rules.SECRET_PURPOSE, salt) if salt else None
