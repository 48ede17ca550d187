"""Pages that need not be drawn, put in front of their visitors with what is personal put in anew.

For visitors who have neither signed in nor filled a cart a page is kept for a few seconds. For those who have a cart too,
a page that was drawn before is not drawn again while it would show the same. Personal even then are the nonce of the
content policy and the token against forged forms. What is bought is always checked against the stock itself: a kept page
cannot oversell.
"""

import pickle
import secrets
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from flask import Flask, current_app, g, render_template, request, session

from smartshop.web import basket, choices
from smartshop.web.drawing import locale_name
from smartshop.web.form_tokens import csrf_token
from smartshop.web.lately import ChoosyShelf
from smartshop.web.presenting import settings, surroundings
from smartshop.web.signing import current_person

LONGEST_ADDRESS = 300
MOST_DRAWINGS = 4000
"""About 6 KB each."""
DRAWING_SECONDS = 3600
PERSONAL = ("_flashes", "_user_id")
SEAM = secrets.token_bytes(16)
"""What no page holds: it is drawn once a process, and shown to nobody."""


@dataclass(frozen=True)
class Shown:
    """What a page shows: its template with what that is given, and what the log of events notes of it.

    The template looks at nothing else but the address, the language and what every page of the shop has around it.
    """

    template: str
    facts: Mapping[str, Any]
    product_id: int | None = None
    found: int | None = None
    is_lasting: bool = True


@dataclass(frozen=True)
class Made:
    """A page, and what the log of events notes of it."""

    html: str | bytes
    product_id: int | None = None
    found: int | None = None


@dataclass(frozen=True)
class Cut:
    """A page cut where the nonce and the token stood: each piece but the first comes after one of the two."""

    pieces: tuple[bytes, ...]
    marks: tuple[bytes, ...]
    nonce: bytes
    product_id: int | None = None
    found: int | None = None

    def renewed(self) -> Made:
        """The page with the nonce and the token of this request, which is only made where there is a place for it."""
        given = {self.nonce: _nonce()}
        parts = [self.pieces[0]]
        for mark, piece in zip(self.marks, self.pieces[1:], strict=True):
            if mark not in given:
                given[mark] = csrf_token().encode()
            parts += (given[mark], piece)
        return Made(b"".join(parts), self.product_id, self.found)


@dataclass(frozen=True)
class Drawing:
    """A page as it was drawn, and a digest of what it shows; packed, and out of the collector's sight."""

    shows: bytes
    packed: bytes
    marks: tuple[bytes, ...]
    nonce: bytes

    def cut(self, shown: Shown) -> Cut:
        pieces = tuple(zlib.decompress(self.packed).split(SEAM))
        return Cut(pieces, self.marks, self.nonce, shown.product_id, shown.found)


class PageKeeper:
    """The pages of one process: some as they were seconds ago, more as they were drawn for what they show."""

    def __init__(self, seconds: int) -> None:
        self.pages = ChoosyShelf[Cut](seconds)
        self.drawings = ChoosyShelf[Drawing](DRAWING_SECONDS, MOST_DRAWINGS)

    def drawn(self, key: str, shown: Shown) -> Cut:
        """The page as it was drawn when it showed the same, or drawn now; kept from the second time on."""
        if not self.drawings.is_known(key):
            return _cut(shown)
        shows = _digest(shown)
        drawing = self.drawings.find(key)
        if drawing is not None and drawing.shows == shows:
            return drawing.cut(shown)
        page = _cut(shown)
        self.drawings.put(
            key, Drawing(shows, zlib.compress(SEAM.join(page.pieces), 1), page.marks, page.nonce)
        )
        return page


def install(app: Flask) -> None:
    app.extensions["pages"] = PageKeeper(app.config["SETTINGS"].kept_seconds)


def page(read: Callable[[], Shown]) -> Made:
    """The page of this address: as it was kept, as it was drawn for what it shows, or drawn now."""
    keeper: PageKeeper = current_app.extensions["pages"]
    if not keeper.pages.seconds or not _is_for_many():
        return _made(read())
    key = f"{locale_name()} {settings().base_url} {choices.is_open()} {request.full_path}"
    has_cart = "cart" in session
    kept = None if has_cart else keeper.pages.find(key)
    if kept is not None:
        return kept.renewed()
    shown = read()
    if not shown.is_lasting:
        return _made(shown)
    g.cart_count = basket.count()
    if has_cart:
        return keeper.drawn(f"{g.cart_count} {key}", shown).renewed()
    made = keeper.drawn(key, shown)
    keeper.pages.put(key, made)
    return made.renewed()


def _is_for_many() -> bool:
    is_short = len(request.full_path) <= LONGEST_ADDRESS
    return is_short and not any(key in session for key in PERSONAL) and current_person() is None


def _made(shown: Shown) -> Made:
    return Made(render_template(shown.template, **shown.facts), shown.product_id, shown.found)


def _digest(shown: Shown) -> bytes:
    """Equal for pages that show the same, and for no others."""
    seen = (shown.template, shown.facts, surroundings())
    return blake2b(pickle.dumps(seen, pickle.HIGHEST_PROTOCOL), digest_size=16).digest()


def _cut(shown: Shown) -> Cut:
    body = render_template(shown.template, **shown.facts).encode()
    nonce, token = _nonce(), g.get("csrf_token", "").encode()
    pieces, marks = _parted(body, [mark for mark in (nonce, token) if mark])
    return Cut(tuple(pieces), tuple(marks), nonce, shown.product_id, shown.found)


def _parted(body: bytes, marks: Sequence[bytes]) -> tuple[list[bytes], list[bytes]]:
    """The pieces between the marks, and which mark is before each but the first."""
    if not marks:
        return [body], []
    pieces: list[bytes] = []
    found: list[bytes] = []
    for part in body.split(marks[0]):
        inner, between = _parted(part, marks[1:])
        found += ([marks[0]] if pieces else []) + between
        pieces += inner
    return pieces, found


def _nonce() -> bytes:
    """What Flask-Talisman made for this request; it keeps it on the request."""
    return str(getattr(request, "csp_nonce", "")).encode()
