"""How long a sign-in lasts at most, and how long without a request."""

from dataclasses import dataclass
from datetime import timedelta

SEEN_EVERY = timedelta(minutes=5)
"""How exactly it is kept when a sign-in was last used; an idle end may come this much early."""
CONFIRMED_FOR = timedelta(minutes=10)
"""For how long a proof of who somebody is opens what is dangerous."""
WAITS_FOR_CODE = timedelta(minutes=5)
"""Between the password and the second factor."""


@dataclass(frozen=True)
class Lifetime:
    longest: timedelta
    idle: timedelta


STAFF = Lifetime(longest=timedelta(hours=12), idle=timedelta(hours=1))
LASTING = Lifetime(longest=timedelta(days=30), idle=timedelta(days=30))
PASSING = Lifetime(longest=timedelta(days=1), idle=timedelta(hours=12))


def lifetime(*, is_staff: bool, is_lasting: bool) -> Lifetime:
    """Staff never stay signed in for long, whatever they ticked."""
    if is_staff:
        return STAFF
    return LASTING if is_lasting else PASSING
