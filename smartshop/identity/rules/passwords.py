"""Which passwords anybody would guess. No rules about kinds of characters: length, and not what everybody uses."""

import re
from functools import cache
from itertools import pairwise
from pathlib import Path

from smartshop.kernel import passwords

SHORTEST = 10
LONGEST = 200
SUBSTITUTES = str.maketrans("@4031!$57", "aaoelisst")
"""What people write for letters, in the hope that nobody thinks of it."""
PADDING = re.compile(r"^[\W\d_]+|[\W\d_]+$")
SAME_STEP = frozenset({-1, 0, 1})
COMMON = (
    "This is one of the passwords that are tried first. A few words that do not belong together are best."
)


def problem(password: str, email: str) -> str | None:
    """What is wrong with a new password, in words for the person choosing it."""
    chosen = passwords.normal(password)
    if len(chosen) < SHORTEST:
        return f"Use at least {SHORTEST} characters."
    if len(chosen) > LONGEST:
        return f"Use at most {LONGEST} characters."
    if chosen.casefold() in {email.casefold(), email.split("@", maxsplit=1)[0].casefold()}:
        return "Do not use your e-mail address as the password."
    if len(set(chosen)) < 4:
        return "Use more than three different characters."
    if is_common(chosen):
        return COMMON
    return None


def is_common(password: str) -> bool:
    """Whether this is a common password, also with digits around it, with signs for letters, or said twice."""
    plain = password.casefold()
    spelled = {plain, plain.translate(SUBSTITUTES)}
    stripped = {PADDING.sub("", form) for form in spelled}
    stripped |= {PADDING.sub("", plain).translate(SUBSTITUTES)}
    return any(_unit(form) in _list() for form in spelled | stripped) or _is_a_row(plain)


def _unit(text: str) -> str:
    """``catcat`` is ``cat``: the part that a text repeats, else the text."""
    at = (text + text).find(text, 1)
    return text[:at] if 0 < at < len(text) else text


def _is_a_row(text: str) -> bool:
    """``abcdefghij`` and ``9876543210``: hardly a character is a surprise after the one before it."""
    steps = [ord(after) - ord(before) for before, after in pairwise(text)]
    return sum(step in SAME_STEP for step in steps) > 0.8 * len(steps)


@cache
def _list() -> frozenset[str]:
    lines = Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))
