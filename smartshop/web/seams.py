"""Pages cut where something personal stood, so that they can be put together again for somebody else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import g, request

from smartshop.web.form_tokens import NAME, csrf_token


@dataclass(frozen=True)
class Cut:
    """A page cut where marks stood: each piece but the first comes after one of them.

    The first of the marks is the nonce of the content policy; one that nothing else is given for is the token against
    forged forms.
    """

    pieces: tuple[bytes, ...]
    marks: tuple[bytes, ...]
    nonce: bytes

    def renewed(self, others: Mapping[bytes, bytes] | None = None) -> bytes:
        """The page with the nonce and the token of this request, which is only made where there is a place for it.

        ``others`` says what stands in the place of further marks.
        """
        given = {self.nonce: nonce(), **(others or {})}
        parts = [self.pieces[0]]
        for mark, piece in zip(self.marks, self.pieces[1:], strict=True):
            if mark not in given:
                given[mark] = csrf_token().encode()
            parts += (given[mark], piece)
        return b"".join(parts)


def cut(page: str, *further: bytes) -> Cut:
    """Cut a page that was just drawn at the nonce and the token of this request, and at further marks."""
    own, token = nonce(), g.get(NAME, "").encode()
    pieces, marks = _parted(page.encode(), [mark for mark in (own, token, *further) if mark])
    return Cut(tuple(pieces), tuple(marks), own)


def nonce() -> bytes:
    """What Flask-Talisman made for this request; it keeps it on the request."""
    return str(getattr(request, "csp_nonce", "")).encode()


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
