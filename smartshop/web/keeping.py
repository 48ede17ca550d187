"""Pages that need not be drawn, put in front of their visitors with what is personal put in anew.

For visitors who have neither signed in nor filled a cart a page is kept for a few seconds. For those who have a cart too,
a page that was drawn before is not drawn again while it would show the same. Personal even then are the nonce of the
content policy and the token against forged forms. What is bought is always checked against the stock itself: a kept page
cannot oversell.
"""

import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from operator import is_not
from typing import Any

from flask import Flask, current_app, g, render_template, request, session

from smartshop.web import basket, choices, seams
from smartshop.web.drawing import locale_name
from smartshop.web.lately import ChoosyShelf
from smartshop.web.presenting import settings, surroundings
from smartshop.web.seams import Cut
from smartshop.web.signing import current_person

LONGEST_ADDRESS = 300
MOST_DRAWINGS = 4000
"""About 6 KB each."""
DRAWING_SECONDS = 3600
PERSONAL = ("_flashes", "_user_id")
MOST_LINES = 200_000


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
class Kept:
    """A page that can be put together for anybody, and what the log of events notes of it."""

    cut: Cut
    product_id: int | None = None
    found: int | None = None

    def renewed(self) -> Made:
        return Made(self.cut.renewed(), self.product_id, self.found)


@dataclass(frozen=True)
class Drawing:
    """A page as it was drawn, and a digest of what it shows; what pages have in common is there once for all."""

    shows: bytes
    lines: tuple[tuple[bytes, ...], ...]
    marks: tuple[bytes, ...]
    nonce: bytes

    def cut(self) -> Cut:
        return Cut(tuple(map(b"\n".join, self.lines)), self.marks, self.nonce)


class PageKeeper:
    """The pages of one process: some as they were seconds ago, more as they were drawn for what they show."""

    def __init__(self, seconds: int) -> None:
        self.pages = ChoosyShelf[Kept](seconds)
        self.drawings = ChoosyShelf[Drawing](DRAWING_SECONDS, MOST_DRAWINGS)
        self._lines: dict[bytes, bytes] = {}
        self._packed: tuple[tuple[object, ...], bytes] = ((), b"")

    def drawn(self, key: str, shown: Shown) -> Kept:
        """The page as it was drawn when it showed the same, or drawn now; kept from the second time on."""
        return Kept(self._drawn(key, shown), shown.product_id, shown.found)

    def _drawn(self, key: str, shown: Shown) -> Cut:
        if not self.drawings.is_known(key):
            return _cut(shown)
        shows = self._digest(shown)
        drawing = self.drawings.find(key)
        if drawing is not None and drawing.shows == shows:
            return drawing.cut()
        page = _cut(shown)
        lines = tuple(tuple(map(self._once, piece.split(b"\n"))) for piece in page.pieces)
        self.drawings.put(key, Drawing(shows, lines, page.marks, page.nonce))
        return page

    def _digest(self, shown: Shown) -> bytes:
        """Equal for pages that show the same, and for no others."""
        seen = (shown.template, shown.facts, self._around(surroundings()))
        return blake2b(pickle.dumps(seen, pickle.HIGHEST_PROTOCOL), digest_size=16).digest()

    def _around(self, things: tuple[object, ...]) -> bytes:
        """The things packed; most often they are those of the page before, which are not packed again."""
        known, packed = self._packed
        if len(known) != len(things) or any(map(is_not, known, things)):
            packed = pickle.dumps(things, pickle.HIGHEST_PROTOCOL)
            self._packed = things, packed
        return packed

    def _once(self, line: bytes) -> bytes:
        """The line, or the one like it that another page holds."""
        if len(self._lines) > MOST_LINES:
            self._lines.clear()
        return self._lines.setdefault(line, line)


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


def _cut(shown: Shown) -> Cut:
    return seams.cut(render_template(shown.template, **shown.facts))
