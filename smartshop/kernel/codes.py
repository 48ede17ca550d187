"""Identifiers and tokens that leave the program: nobody can guess them."""

import hashlib
import secrets

from itsdangerous import BadData, URLSafeSerializer

READABLE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def order_number() -> str:
    """Twelve characters without look-alikes, 60 random bits: ``7KQ2-M9XB-4TRD``."""
    bits = secrets.randbits(60)
    text = "".join(READABLE[bits >> shift & 31] for shift in range(0, 60, 5))
    return "-".join((text[:4], text[4:8], text[8:]))


def token() -> str:
    """A secret of 256 random bits, safe in URLs and cookies."""
    return secrets.token_urlsafe(32)


def signed(text: str, secret: str, purpose: str) -> str:
    """A text that only this shop can have signed for this purpose, safe in URLs."""
    return str(URLSafeSerializer(secret, salt=purpose).dumps(text))


def signed_text(token_: str, secret: str, purpose: str) -> str | None:
    """The text of such a token; None when it is not ours, or for another purpose."""
    try:
        text = URLSafeSerializer(secret, salt=purpose).loads(token_)
    except BadData:
        return None
    return text if isinstance(text, str) else None


def fingerprint(token_: str) -> str:
    """What is stored of a token: its SHA-256 in hex."""
    return hashlib.sha256(token_.encode()).hexdigest()
