"""What a tax class may be called. Pure."""

from smartshop.kernel.errors import Invalid
from smartshop.kernel.legible import is_legible

STANDARD = "standard"
LONGEST_NAME = 60
LONGEST_CODE = 20


def checked_name(name: str) -> str:
    """The name without stray blanks.

    Raises Invalid.
    """
    tidy = " ".join(name.split())
    if not 1 <= len(tidy) <= LONGEST_NAME or not is_legible(tidy):
        text = f"Give the class a name, in at most {LONGEST_NAME} characters."
        raise Invalid(text, {"name": text})
    return tidy
