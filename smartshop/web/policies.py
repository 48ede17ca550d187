"""The headers that Flask-Talisman writes, composed once instead of for every answer."""

from typing import Any

from flask import Response, request
from flask.ctx import RequestContext
from flask.globals import _cv_request
from flask_talisman import Talisman

PLACE = "{nonce}"


class Policies(Talisman):  # type: ignore[misc]
    """Talisman, which looks up what it wrote before: only the nonce of a policy differs from one answer to the next.

    What a view asks for itself, in its ``talisman_view_options``, and HTTPS are composed of their own.
    """

    def __init__(self, app: Any, **options: Any) -> None:
        self._usual: dict[str, Any] | None = None
        self._written: dict[tuple[str | None, bool], tuple[tuple[str, str], ...]] = {}
        super().__init__(app, **options)

    def _get_nonce(self) -> str:
        """The nonce of this request, made now for a page that answers before any other hook, as of a stale form."""
        self._make_nonce()
        return str(getattr(request, "csp_nonce", ""))

    def _get_local_options(self) -> dict[str, Any]:
        if _has_own_options(_cv_request.get()):
            return super()._get_local_options()  # type: ignore[no-any-return]
        if self._usual is None:
            self._usual = super()._get_local_options()
        return self._usual

    def _set_response_headers(self, response: Response) -> Response:
        context = _cv_request.get()
        own = context.request.endpoint if _has_own_options(context) else None
        is_secure = (
            context.request.is_secure or context.request.headers.get("X-Forwarded-Proto", "http") == "https"
        )
        headers, nonce = response.headers, self._get_nonce()
        known = {name.lower() for name in headers.keys()}  # noqa: SIM118 - iterating over headers gives pairs
        for name, value in self._written.get((own, is_secure)) or self._compose(own, is_secure, nonce):
            write = headers.set if name.lower() in known else headers.add
            write(name, value.replace(PLACE, nonce) if PLACE in value else value)
        return response

    def _compose(self, own: str | None, is_secure: bool, nonce: str) -> tuple[tuple[str, str], ...]:  # noqa: FBT001
        blank = Response()
        before = set(blank.headers.keys())
        super()._set_response_headers(blank)
        composed = tuple(
            (name, value.replace(nonce, PLACE) if nonce else value)
            for name, value in blank.headers.items()
            if name not in before
        )
        self._written[own, is_secure] = composed
        return composed


def _has_own_options(context: RequestContext) -> bool:
    view = context.app.view_functions.get(context.request.endpoint or "")
    return hasattr(view, "talisman_view_options")
