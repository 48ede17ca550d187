"""Forgetting what signing in leaves behind."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from smartshop.identity.models import OneTimeCode, PendingSignIn, SignIn
from smartshop.kernel import allowances, clock, delays
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work

CODES_KEPT = timedelta(days=1)
SIGN_INS_KEPT = timedelta(days=90)
COUNTS_KEPT = timedelta(days=2)


def forget_old() -> int:
    """Delete codes and halves of sign-ins a day after they ended, sign-ins after ninety; returns how many."""
    now = clock.now()
    with unit_of_work():
        gone = allowances.forget(older_than=COUNTS_KEPT) + delays.forget_old(older_than=COUNTS_KEPT)
        for column, kept in (
            (OneTimeCode.expires_at, CODES_KEPT),
            (PendingSignIn.expires_at, CODES_KEPT),
            (SignIn.expires_at, SIGN_INS_KEPT),
        ):
            done: Any = db.session.execute(sa.delete(column.class_).where(column < now - kept))
            gone += int(done.rowcount)
    return gone
