"""Which names the shop answers to, and from whose pages its forms may come."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, request
from flask_babel import gettext as _
from werkzeug.exceptions import SecurityError
from werkzeug.wrappers import Response
from werkzeug.wsgi import get_host

from smartshop.kernel.config import Settings
from smartshop.kernel.errors import DomainError

READING = frozenset({"GET", "HEAD", "OPTIONS"})
THIS_MACHINE = ("127.0.0.1", "localhost")


class ForeignForm(DomainError):
    """A form that a page of another site sent here."""

    code = "foreign_form"
    status = 400


def install(app: Flask, settings: Settings) -> None:
    """Refuse other names in production, where they are known, and foreign forms everywhere."""
    if settings.env == "production":
        app.wsgi_app = _OwnNames(app.wsgi_app, settings.own_hosts)  # type: ignore[method-assign]
    app.before_request(_refuse_foreign_forms)


class _OwnNames:
    """Answers 400 to a Host header that is none of the shop's names, before anything reads it."""

    def __init__(self, inside: Any, names: Iterable[str]) -> None:
        self._inside = inside
        self._names = [*names, *THIS_MACHINE]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        try:
            get_host(environ, self._names)
        except SecurityError:
            kind = "text/plain; charset=utf-8"
            return Response("This shop has another name.\n", 400, content_type=kind)(environ, start_response)
        return self._inside(environ, start_response)  # type: ignore[no-any-return]


def _refuse_foreign_forms() -> None:
    """Browsers say where a form comes from; machines, which have no cookies to misuse, do not."""
    if request.method in READING:
        return
    origin = request.headers.get("Origin")
    is_elsewhere = origin is not None and urlsplit(origin).hostname != urlsplit(request.host_url).hostname
    if is_elsewhere or request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise ForeignForm(
            _("This form came from another site. Open the page in this shop, and send it from there.")
        )
