"""Pages kept for a few seconds, for visitors who have neither signed in nor filled a cart.

What is personal even then, the nonce of the content policy and the token against forged forms, is put in
anew each time. What is bought is always checked against the stock itself: a kept page cannot oversell.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from flask import Flask, current_app, g, request, session

from smartshop.web import choices
from smartshop.web.drawing import locale_name
from smartshop.web.form_tokens import csrf_token
from smartshop.web.lately import MOST_THINGS, Shelf
from smartshop.web.presenting import settings
from smartshop.web.signing import current_person

LONGEST_ADDRESS = 300
PERSONAL = ("cart", "_flashes", "_user_id")


@dataclass(frozen=True)
class Made:
    """A page, and what the log of events notes of it."""

    html: str | bytes
    product_id: int | None = None
    found: int | None = None
    is_lasting: bool = True


@dataclass(frozen=True)
class _Kept:
    """A page cut where the nonce and the token stood: each piece but the first comes after one of the two."""

    pieces: tuple[bytes, ...]
    marks: tuple[bytes, ...]
    nonce: bytes
    made: Made

    def joined(self, nonce: bytes, token: Callable[[], bytes]) -> bytes:
        """The page with another nonce and another token, which is only made where there is a place for it."""
        given = {self.nonce: nonce}
        parts = [self.pieces[0]]
        for mark, piece in zip(self.marks, self.pieces[1:], strict=True):
            if mark not in given:
                given[mark] = token()
            parts += (given[mark], piece)
        return b"".join(parts)


class PageKeeper(Shelf[_Kept]):
    """The pages of one process, cut where something of a visitor's own goes.

    When the shelf is full, a page makes room for itself only when it is asked for a second time: what is asked for once
    is no reason to let go of what many ask for.
    """

    def __init__(self, seconds: int, most: int = MOST_THINGS) -> None:
        super().__init__(seconds, most)
        self._asked = Shelf[bool](seconds, 10 * most)

    def keep(self, key: str, made: Made) -> None:
        """Keep a page, or that it was asked for."""
        if not self.has_room_for(key) and not self._asked.find(key):
            self._asked.put(key, True)
            return
        body = made.html.encode() if isinstance(made.html, str) else made.html
        nonce, token = _nonce(), g.get("csrf_token", "").encode()
        pieces, marks = _cut(body, [mark for mark in (nonce, token) if mark])
        self.put(key, _Kept(tuple(pieces), tuple(marks), nonce, replace(made, html=b"")))


def _cut(body: bytes, marks: Sequence[bytes]) -> tuple[list[bytes], list[bytes]]:
    """The pieces between the marks, and which mark is before each but the first."""
    if not marks:
        return [body], []
    pieces: list[bytes] = []
    found: list[bytes] = []
    for part in body.split(marks[0]):
        inner, between = _cut(part, marks[1:])
        found += ([marks[0]] if pieces else []) + between
        pieces += inner
    return pieces, found


def install(app: Flask) -> None:
    app.extensions["pages"] = PageKeeper(app.config["SETTINGS"].kept_seconds)


def page(make: Callable[[], Made]) -> Made:
    """The page of this address: as it was kept, or made now."""
    keeper: PageKeeper = current_app.extensions["pages"]
    if not keeper.seconds or not _is_for_anybody():
        return make()
    key = f"{locale_name()} {settings().base_url} {choices.is_open()} {request.full_path}"
    kept = keeper.find(key)
    if kept is not None:
        return _renewed(kept)
    made = make()
    if made.is_lasting:
        keeper.keep(key, made)
    return made


def _is_for_anybody() -> bool:
    is_short = len(request.full_path) <= LONGEST_ADDRESS
    return is_short and not any(key in session for key in PERSONAL) and current_person() is None


def _renewed(kept: _Kept) -> Made:
    return replace(kept.made, html=kept.joined(_nonce(), lambda: csrf_token().encode()))


def _nonce() -> bytes:
    """What Flask-Talisman made for this request; it keeps it on the request."""
    return str(getattr(request, "csp_nonce", "")).encode()
