"""Who may open which route. Every route says so itself; the app refuses to start with one that does not."""

from collections.abc import Callable
from enum import Enum
from typing import Final, TypeVar

from flask import Flask, abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smartshop.identity.queries.sign_ins import SignedIn
from smartshop.kernel.permissions import Permission
from smartshop.web import confirming
from smartshop.web.presenting import settings
from smartshop.web.signing import current_person

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


class _Everyone(Enum):
    PUBLIC = "public"


PUBLIC: Final = _Everyone.PUBLIC
Rule = Permission | _Everyone
Fresh = bool | Permission
EXEMPT = frozenset({"static"})


class UndeclaredRoutes(RuntimeError):
    """Routes without an access rule: the app does not start."""


def access(rule: Rule, *, fresh: Fresh = False) -> Callable[[View], View]:
    """Declare who may open a view: ``@access(Permission.ORDERS_VIEW)`` or ``@access(PUBLIC)``.

    ``fresh`` asks them to prove once more who they are, unless they have lately; a permission asks only its holders.
    """

    def declare(view: View) -> View:
        view.__access__ = rule  # type: ignore[attr-defined]
        view.__fresh__ = fresh  # type: ignore[attr-defined]
        return view

    return declare


def rule_of(app: Flask, endpoint: str) -> Rule | None:
    """The declared rule of an endpoint, if any."""
    rule: Rule | None = getattr(app.view_functions[endpoint], "__access__", None)
    return rule


def fresh_of(app: Flask, endpoint: str) -> Fresh:
    """Whether an endpoint asks once more who somebody is, or of whom it asks that."""
    fresh: Fresh = getattr(app.view_functions[endpoint], "__fresh__", False)
    return fresh


def install_gate(app: Flask) -> None:
    """Check every route's declaration now, and every request's right to it from now on."""
    undeclared = sorted({r.endpoint for r in app.url_map.iter_rules()} - EXEMPT)
    undeclared = [endpoint for endpoint in undeclared if rule_of(app, endpoint) is None]
    if undeclared:
        raise UndeclaredRoutes(f"routes without an access rule: {', '.join(undeclared)}")
    app.before_request(_enforce)


def _enforce() -> ResponseReturnValue | None:
    if request.endpoint is None or request.endpoint in EXEMPT:
        return None
    rule = rule_of(current_app, request.endpoint)
    if isinstance(rule, _Everyone):
        return None
    person = current_person()
    if person is None:
        return _ask_to_sign_in()
    if rule is None or not person.can(rule):
        abort(403)
    if rule is not Permission.ACCOUNT_USE and lacks_second_factor(person):
        return _ask_to_set_up_two_factor()
    fresh = fresh_of(current_app, request.endpoint)
    needs_proof = person.can(fresh) if isinstance(fresh, Permission) else fresh
    return confirming.before_view(person) if needs_proof else None


def lacks_second_factor(person: SignedIn) -> bool:
    """Whether somebody must set up two-factor sign-in before they may work here."""
    return person.is_staff and settings().requires_staff_two_factor and not person.has_two_factor


def _ask_to_set_up_two_factor() -> ResponseReturnValue:
    if request.method != "GET":
        abort(403)
    flash(_("Staff sign in with two factors here. Set up yours, and you are in."), "info")
    return redirect(url_for("account.security"))


def _ask_to_sign_in() -> ResponseReturnValue:
    if request.method != "GET":
        abort(403)
    flash(_("Please sign in to see this page."), "info")
    return redirect(url_for("account.sign_in", next=request.full_path.rstrip("?")))
