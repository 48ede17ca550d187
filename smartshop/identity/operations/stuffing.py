"""Lists of leaked passwords, tried on one account after the other from many addresses: all of them share one count."""

from datetime import timedelta

import structlog

from smartshop.identity.rules import accounts
from smartshop.kernel import allowances
from smartshop.kernel.errors import DomainError

log = structlog.get_logger(__name__)

MOST_WRONG, WITHIN = 300, timedelta(minutes=10)
"""So many wrong passwords the whole shop takes in this time from browsers that the account does not know."""
_NAME = "sign-in:wrong"


class TooSoon(DomainError):
    """There were too many tries; ``retry_after`` says how many seconds the next one has to wait."""

    code = "too_soon"
    status = 429


def require_calm() -> None:
    """Let no unknown browser try while the shop has had its wrong passwords, right or wrong as it may be.

    Raises TooSoon. Browsers that an account knows are not asked, and a mailed code makes a browser known.
    """
    seconds = allowances.seconds_left(name=_NAME, most=MOST_WRONG, per=WITHIN)
    if seconds:
        message = "Somebody is trying many passwords here, so new browsers have to wait {wait}. You can choose a new password now: a mailed code lets you in at once."
        raise TooSoon(message.format(wait=accounts.spoken_wait(seconds)), retry_after=seconds)


def note_wrong() -> None:
    """Count a wrong password; say so once when they are used up."""
    if not allowances.spend(name=_NAME, most=MOST_WRONG, per=WITHIN):
        return
    if allowances.seconds_left(name=_NAME, most=MOST_WRONG, per=WITHIN):
        log.warning("sign_ins_of_new_browsers_wait", after_wrong=MOST_WRONG)
