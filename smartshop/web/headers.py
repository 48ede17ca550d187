"""Headers beside the content policy: what browsers keep, and what other sites may do with our pages."""

from flask import Flask, Response, request, session

from smartshop.web.presenting import recognised

SEPARATION = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PERSONAL_PAGES = (
    "/account",
    "/admin",
    "/cart",
    "/checkout",
    "/orders",
    "/sign-",
    "/forgot",
    "/reset",
    "/wishlists",
)
PERSONAL_KEYS = frozenset({"cart", "joining", "half_signed_in", "reset_email"})


def install(app: Flask) -> None:
    app.after_request(_add)


def _add(response: Response) -> Response:
    for name, value in SEPARATION.items():
        response.headers.setdefault(name, value)
    if "Cache-Control" not in response.headers and _is_personal():
        response.headers["Cache-Control"] = "no-store"
    return response


def _is_personal() -> bool:
    """Whether nobody who comes to this computer later may find the page in the browser's memory."""
    if request.path.startswith(PERSONAL_PAGES) or not PERSONAL_KEYS.isdisjoint(session):
        return True
    return recognised() is not None
