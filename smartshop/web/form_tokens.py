"""The token against forged forms: made once for a page, and signed anew once a minute for the same visitor."""

import secrets

from flask import Flask, session
from flask.globals import _cv_app

from smartshop.kernel import clock
from smartshop.web.lately import Shelf
from smartshop.web.sessions import Signed

NAME = "csrf_token"
SALT = "wtf-csrf-token"
"""Flask-WTF's, which checks the token."""
MINUTE = 60
MOST_VISITORS = 2000


class FormTokens:
    """The tokens of one process, by what is in the visitor's session and the minute."""

    def __init__(self, key: str | bytes) -> None:
        self._serializer = Signed(key, salt=SALT)
        self._signed = Shelf[str](MINUTE, MOST_VISITORS)

    def of(self, known: str) -> str:
        """The token for what a session holds."""
        key = (known, int(clock.now().timestamp()) // MINUTE)
        token = self._signed.find(key)
        if token is None:
            token = str(self._serializer.dumps(known))
            self._signed.put(key, token)
        return token


def csrf_token() -> str:
    """What a form of this visitor carries. It lasts as long as Flask-WTF says, or up to a minute less."""
    context = _cv_app.get()
    own = context.g
    token: str | None = own.get(NAME)
    if token is None:
        if NAME not in session:
            session[NAME] = secrets.token_hex(20)
        tokens: FormTokens = context.app.extensions["form_tokens"]
        token = own.csrf_token = tokens.of(session[NAME])
    return token


def install(app: Flask) -> None:
    """Give it to templates, and to macros, in the place of Flask-WTF's own, which signs one for every page."""
    app.extensions["form_tokens"] = FormTokens(app.secret_key or "")
    app.jinja_env.globals[NAME] = csrf_token
    app.context_processor(lambda: {NAME: csrf_token})
