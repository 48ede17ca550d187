"""Whether a text can be read as it is written, in any script. Pure."""

SHAPING = dict.fromkeys([0x00AD, 0x061C, *range(0x200C, 0x2010), *range(0xE0020, 0xE0080)])
"""Signs without a picture that words and emoji are made with: the soft hyphen, the joiners of Persian and of a family
emoji, the marks of a direction, and the letters of a flag. (Unicode 16, chapters 9, 23.2 and 23.9)"""


def is_legible(text: str) -> bool:
    """Whether every sign can be seen, or shapes those beside it.

    Controls and the overrides of a direction, which turn around what stands after them, cannot; nor can a text of
    nothing but such shapers.
    """
    seen = text.translate(SHAPING)
    return seen.isprintable() and bool(seen.strip() or not text.strip())
