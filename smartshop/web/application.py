"""Flask, without what it would find out anew in every request."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.templating import Environment
from itsdangerous import URLSafeTimedSerializer
from jinja2 import Template
from jinja2.environment import TemplateModule
from jinja2.runtime import Context


class Sessions(SecureCookieSessionInterface):
    """Flask's signed cookies, by a signer that is made once for a key."""

    def __init__(self) -> None:
        self._signers: dict[tuple[Any, ...], URLSafeTimedSerializer | None] = {}

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        keys = (app.secret_key, *(app.config["SECRET_KEY_FALLBACKS"] or ()))
        if keys not in self._signers:
            self._signers = {keys: super().get_signing_serializer(app)}
        return self._signers[keys]


class _SameForAll(Template):
    """A template whose macros are made once: whoever imports them has the same globals, those of the app."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:  # noqa: ARG002
        return super()._get_default_module()


class _Templates(Environment):
    template_class = _SameForAll


class Application(Flask):
    """No view or hook of the shop is a coroutine, so that none is looked at for being one."""

    jinja_environment = _Templates
    session_interface = Sessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func
