"""The second factor: codes of an authenticator app (RFC 6238), and recovery codes beside them."""

import re
from datetime import datetime, timedelta

from pyotp import TOTP

from smartshop.kernel import sealing

STEP_SECONDS = 30
DRIFT = (-1, 0, 1)
"""Steps by which the clock of a phone may be off."""
RECOVERY_CODES = 10
PER_HOUR = 10
PER_DAY = 30
"""Tries for one account. With three of a million codes right at any time, a day finds one in eleven thousand."""
LIMITS = ((PER_HOUR, timedelta(hours=1), "hour"), (PER_DAY, timedelta(days=1), "day"))
SECRET_PURPOSE = "two-factor"  # noqa: S105
RECOVERY_PURPOSE = "recovery"


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is, one before and one after now included; None when it is no code of now."""
    current = int(now.timestamp()) // STEP_SECONDS
    totp = TOTP(secret, interval=STEP_SECONDS)
    matches = [
        step
        for step in (current + drift for drift in DRIFT)
        if sealing.is_same(totp.generate_otp(step), code)
    ]
    return matches[-1] if matches else None


def uri(secret: str, *, account: str, issuer: str) -> str:
    """What the QR code says to the app."""
    return TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=account, issuer_name=issuer)


def normal(typed: str) -> str:
    """A code as it was typed, without spaces and dashes, in capitals."""
    return re.sub(r"[\s-]", "", typed)[:32].upper()
