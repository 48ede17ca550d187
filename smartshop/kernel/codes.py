"""Identifiers and tokens that leave the program: nobody can guess them."""

import hashlib
import secrets

READABLE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def order_number() -> str:
    """Twelve characters without look-alikes, 60 random bits: ``7KQ2-M9XB-4TRD``."""
    text = "".join(secrets.choice(READABLE) for _ in range(12))
    return "-".join((text[:4], text[4:8], text[8:]))


def token() -> str:
    """A secret of 256 random bits, safe in URLs and cookies."""
    return secrets.token_urlsafe(32)


def fingerprint(token_: str) -> str:
    """What is stored of a token: its SHA-256 in hex."""
    return hashlib.sha256(token_.encode()).hexdigest()
