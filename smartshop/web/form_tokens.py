"""The token against forged forms: made once for a page, and signed anew once a minute for the same visitor."""

from flask import Flask, current_app, g, session
from flask_wtf.csrf import generate_csrf

from smartshop.kernel import clock
from smartshop.web.lately import Shelf

NAME = "csrf_token"
MINUTE = 60
MOST_VISITORS = 2000


def csrf_token() -> str:
    """What a form of this visitor carries. It lasts as long as Flask-WTF says, or up to a minute less."""
    own = g._get_current_object()  # noqa: SLF001 - asked often: past the proxy
    token: str | None = own.get(NAME)
    if token is not None:
        return token
    signed: Shelf[str] = current_app.extensions["form_tokens"]
    key = (session.get(NAME), int(clock.now().timestamp()) // MINUTE)
    token = None if key[0] is None else signed.find(key)
    if token is None:
        token = str(generate_csrf())
        signed.put((session[NAME], key[1]), token)
    setattr(own, NAME, token)
    return token


def install(app: Flask) -> None:
    """Give it to templates, and to macros, in the place of Flask-WTF's own, which signs one for every page."""
    app.extensions["form_tokens"] = Shelf[str](MINUTE, MOST_VISITORS)
    app.jinja_env.globals[NAME] = csrf_token
    app.context_processor(lambda: {NAME: csrf_token})
