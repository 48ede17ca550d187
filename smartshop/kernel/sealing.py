"""Secrets made from the shop's key each time they are needed, so that a copy of the database holds none of them.

A row keeps a random salt; what belongs to it is derived from the key, a purpose and the salt (HMAC-SHA-256), and
shaped by pyotp. Changing SMARTSHOP_SECRET_KEY makes all of them worthless at once.
"""

import hashlib
import hmac
import secrets
from base64 import b32encode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

from pyotp import HOTP

DIGITS = 8


def salt() -> str:
    """Sixteen random bytes in hex."""
    return secrets.token_hex(16)


def is_same(one: str, other: str) -> bool:
    """Whether two texts are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


@dataclass(frozen=True)
class Seal:
    """What the shop's key makes of a salt."""

    key: str = field(repr=False)

    def code(self, purpose: str, salt_: str) -> str:
        """Eight digits for an e-mail."""
        return HOTP(self.shared_secret(purpose, salt_), digits=DIGITS).at(0)

    def shared_secret(self, purpose: str, salt_: str) -> str:
        """160 bits in base32, as authenticator apps take them."""
        return b32encode(self._derived(purpose, salt_)[:20]).decode()

    def token(self, purpose: str, salt_: str) -> str:
        """256 bits for a link."""
        return urlsafe_b64encode(self._derived(purpose, salt_)).decode().rstrip("=")

    def fingerprint(self, purpose: str, secret: str) -> str:
        """What may be stored of a secret that people keep: without the key nobody can try candidates against it."""
        return self._derived(purpose, secret).hex()

    def opened(self, facts: dict[str, Any]) -> dict[str, Any]:
        """The facts of an e-mail with the code or the token that they name; see ``sealed``."""
        named = facts.get("sealed")
        if not named:
            return facts
        make = {"code": self.code, "token": self.token}[named["as"]]
        return {**facts, named["as"]: make(named["purpose"], named["salt"])}

    def _derived(self, purpose: str, text: str) -> bytes:
        return hmac.digest(self.key.encode(), f"smartshop {purpose}\0{text}".encode(), hashlib.sha256)


def sealed(as_: str, purpose: str, salt_: str) -> dict[str, Any]:
    """A fact that stands for a ``code`` or a ``token`` until the e-mail is written."""
    return {"sealed": {"as": as_, "purpose": purpose, "salt": salt_}}
