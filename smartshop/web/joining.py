"""An account that this browser has asked for, and that a mailed code will open."""

from flask import session

from smartshop.identity.operations import joining
from smartshop.identity.operations.joining import Wanted
from smartshop.messaging.operations import outbox
from smartshop.web.presenting import settings

KEY = "joining"


def begin(wanted: Wanted) -> None:
    """Mail the code, and remember the request in this browser.

    Raises Invalid with a message per field.
    """
    cost = settings().password_cost
    session[KEY] = joining.begin(wanted=wanted, password_cost=cost, post=outbox.enqueue)


def has_begun() -> bool:
    """Whether a code may be on its way."""
    return KEY in session


def token() -> str:
    """The token of the request, empty when there is none."""
    return str(session[KEY][0]) if has_begun() else ""


def address() -> str:
    """Where the code was sent to, empty when nowhere."""
    return str(session[KEY][1]) if has_begun() else ""


def forget() -> None:
    """The request is over."""
    session.pop(KEY, None)
