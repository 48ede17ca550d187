"""The headers that Flask-Talisman writes, composed once instead of for every answer."""

from typing import Any

from flask import Response, current_app, request
from flask_talisman import Talisman

PLACE = "{nonce}"


class Policies(Talisman):  # type: ignore[misc]
    """Talisman, which looks up what it wrote before: only the nonce of a policy differs from one answer to the next.

    What a view asks for itself, in its ``talisman_view_options``, and HTTPS are composed of their own.
    """

    def __init__(self, app: Any, **options: Any) -> None:
        self._written: dict[tuple[str | None, bool], tuple[tuple[str, str], ...]] = {}
        super().__init__(app, **options)

    def _get_nonce(self) -> str:
        """The nonce of this request, made now for a page that answers before any other hook, as of a stale form."""
        self._make_nonce()
        return str(getattr(request, "csp_nonce", ""))

    def _set_response_headers(self, response: Response) -> Response:
        view = current_app.view_functions.get(request.endpoint or "")
        own = request.endpoint if hasattr(view, "talisman_view_options") else None
        is_secure = request.is_secure or request.headers.get("X-Forwarded-Proto", "http") == "https"
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
