"""The signed-in person of this request."""

from datetime import timedelta

from flask import Response, after_this_request, current_app, g, has_request_context, request
from flask.ctx import RequestContext
from flask.globals import request_ctx
from flask_login import UserMixin, current_user, login_user, logout_user

from smartshop.identity.operations import sign_ins as operations
from smartshop.identity.queries import sign_ins
from smartshop.identity.queries.sign_ins import SignedIn
from smartshop.identity.rules.doors import Door, browser_name
from smartshop.kernel import codes
from smartshop.kernel.audit import Actor
from smartshop.kernel.extensions import login
from smartshop.kernel.sealing import Seal

DEVICE_LASTS = timedelta(days=400)
SHORTEST_DEVICE, LONGEST_DEVICE = 43, 64


class _CookieHolder(UserMixin):  # type: ignore[misc]
    """What Flask-Login keeps: the token of a sign-in, and the person it opened for."""

    def __init__(self, token: str, person: SignedIn) -> None:
        self.token = token
        self.person = person

    def get_id(self) -> str:
        return self.token


@login.user_loader  # type: ignore[untyped-decorator]
def _load(token: str) -> _CookieHolder | None:
    person = sign_ins.by_token(token)
    if person is None:
        return None
    if not person.is_fresh:
        operations.touch(token=token, is_staff=person.is_staff)
    return _CookieHolder(token, person)


def current_person() -> SignedIn | None:
    """Who is signed in, or None; nobody is looked for where no cookie names anybody."""
    if not _may_be_signed_in():
        return None
    return current_user.person if isinstance(current_user._get_current_object(), _CookieHolder) else None  # noqa: SLF001


def current_person_id() -> int | None:
    """The number of who is signed in, or None."""
    person = current_person()
    return person.person_id if person else None


def _may_be_signed_in() -> bool:
    if not has_request_context():
        return False
    context = request_ctx._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - asked often: past the proxies
    return "_user_id" in context.session or _has_reminder(context)


def _has_reminder(context: RequestContext) -> bool:
    return context.app.config["REMEMBER_COOKIE_NAME"] in context.request.cookies


def current_token() -> str | None:
    """The token of this request's sign-in, or None."""
    return current_user.token if current_person() else None


def remember(token: str, *, is_lasting: bool = False) -> None:
    """Put a fresh sign-in into the browser's cookie."""
    person = sign_ins.by_token(token)
    if person is not None:
        login_user(_CookieHolder(token, person), remember=is_lasting)


def renew(token: str) -> None:
    """Put the new token of this request's sign-in into the cookies that held the old one."""
    remember(token, is_lasting=_has_reminder(request_ctx))


def forget() -> None:
    """Take the sign-in out of the browser's cookie."""
    logout_user()


def door() -> Door:
    """Where this request comes from."""
    return Door(request.remote_addr or "", request.user_agent.string, _device())


def _device() -> str:
    """The token by which this browser is known again; a new one is kept in its cookie."""
    if "device" not in g:
        g.device = request.cookies.get(current_app.config["DEVICE_COOKIE_NAME"], "")[:LONGEST_DEVICE]
        if len(g.device) < SHORTEST_DEVICE:
            g.device = codes.token()
            after_this_request(_keep_device)
    return str(g.device)


def _keep_device(response: Response) -> Response:
    response.set_cookie(
        current_app.config["DEVICE_COOKIE_NAME"],
        g.device,
        max_age=DEVICE_LASTS,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    return response


def seal() -> Seal:
    """What the shop's key makes of salts."""
    return Seal(current_app.config["SECRET_KEY"])


def actor() -> Actor:
    """Who acts in this request, for the audit log."""
    person = current_person()
    browser = browser_name(request.user_agent.string)
    if person is None:
        return Actor(None, "anonymous", request.remote_addr or "", browser)
    return Actor(person.person_id, person.email, request.remote_addr or "", browser)
