"""Password hashes: werkzeug's scrypt."""

import unicodedata
from functools import cache

from werkzeug.security import check_password_hash, generate_password_hash


def normal(password: str) -> str:
    """The one form in which a password is hashed and compared: NFKC, so that every keyboard types the same."""
    return unicodedata.normalize("NFKC", password)


def hashed(password: str, cost: int) -> str:
    """An scrypt hash with N = ``cost``, r = 8, p = 1 and a random salt."""
    return generate_password_hash(normal(password), method=f"scrypt:{cost}:8:1")


def matches(hash_: str | None, password: str, cost: int) -> bool:
    """Whether the password is right; takes as long when there is no hash to compare with."""
    if not hash_:
        check_password_hash(_nobody(cost), normal(password))
        return False
    return check_password_hash(hash_, normal(password))


def is_cheaper(hash_: str, cost: int) -> bool:
    """Whether a hash was made at a lower cost than this."""
    method = hash_.split("$", 1)[0].split(":")
    return method[0] != "scrypt" or int(method[1]) < cost


@cache
def _nobody(cost: int) -> str:
    return hashed("no account has this password", cost)
