"""Pictures as they are kept: how a file is named, in which widths it lies there, and what may be said of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from smartshop.kernel.errors import Invalid
from smartshop.kernel.legible import is_legible

FOLDER = "pictures"
WIDTHS = (320, 640, 1280)
MOST_BYTES = 10 * 1024 * 1024
MOST_AT_ONCE = 12
MOST_OF_A_PRODUCT = 24
LONGEST_ALT = 255
KEPT = re.compile(rf"(?:.*/)?{FOLDER}/[0-9a-f]{{2}}/[0-9a-f]{{32}}-(\d{{1,4}})x(\d{{1,5}})\.webp")


class UnreadablePicture(Invalid):
    """The file is no picture that the shop can show; the message says why, and what would do."""

    code = "unreadable_picture"


@dataclass(frozen=True)
class Picture:
    """A picture ready to be kept: ``files`` maps a path below the uploads to its bytes, ``path`` is the largest."""

    path: str
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class Sizes:
    """What a browser needs to choose a file and to keep its room free; the size in pixels is that of the largest."""

    width: int
    height: int
    choices: tuple[tuple[str, int], ...]
    """(address, width), the smallest first."""


def path_of(digest: str, width: int, height: int) -> str:
    """Where the largest file lies below the uploads; the name tells its content and its size."""
    return f"{FOLDER}/{digest[:2]}/{digest[:32]}-{width}x{height}.webp"


def narrower(path: str, width: int) -> str:
    """The path, or the address, of the same picture at a smaller width."""
    return f"{path.removesuffix('.webp')}-{width}w.webp"


def smaller_widths(width: int) -> tuple[int, ...]:
    """The widths beside the largest that a picture is kept in."""
    return tuple(narrow for narrow in WIDTHS if narrow < width)


def sizes(address: str) -> Sizes | None:
    """The sizes of an uploaded picture, read from its path or address; None for any other picture."""
    found = KEPT.fullmatch(address)
    if found is None:
        return None
    width, height = int(found[1]), int(found[2])
    smaller = tuple((narrower(address, narrow), narrow) for narrow in smaller_widths(width))
    return Sizes(width, height, (*smaller, (address, width)))


def suggested_alt(product_name: str, place: int) -> str:
    """What a picture is said to show until somebody says it better; ``place`` counts from 0."""
    tail = f", view {place + 1}" if place else ""
    return f"{product_name[: LONGEST_ALT - len(tail)]}{tail}"


def checked_alt(alt: str) -> str:
    """A text that says what a picture shows.

    Raises Invalid.
    """
    tidy = " ".join(alt.split())
    if not 1 <= len(tidy) <= LONGEST_ALT or not is_legible(tidy):
        text = f"Say in at most {LONGEST_ALT} characters what it shows, for those who cannot see it."
        raise Invalid(text, {"alt": text})
    return tidy
