"""What buyers may say of a product, and how it is signed."""

from dataclasses import dataclass, replace
from enum import StrEnum

from smartshop.kernel.errors import Invalid
from smartshop.kernel.legible import is_legible

LONGEST_TITLE = 120
LONGEST_BODY = 4000
LONGEST_REASON = 500
STARS = (5, 4, 3, 2, 1)


class State(StrEnum):
    PENDING = "pending"
    PUBLISHED = "published"
    REJECTED = "rejected"


class Order(StrEnum):
    """How the reviews of a product are sorted."""

    NEWEST = "newest"
    HIGHEST = "highest"
    LOWEST = "lowest"


@dataclass(frozen=True)
class Opinion:
    """A review as its author writes it; the rating in stars, -1 when it is none."""

    rating: int
    title: str
    body: str


def checked(opinion: Opinion) -> Opinion:
    """The opinion without stray blanks.

    Raises Invalid.
    """
    tidy = replace(
        opinion, title=" ".join(opinion.title.split()), body=opinion.body.replace("\r\n", "\n").strip()
    )
    problems = {}
    if tidy.rating not in STARS:
        problems["rating"] = "Choose one to five stars."
    if len(tidy.title) > LONGEST_TITLE or not is_legible(tidy.title):
        problems["title"] = f"Use at most {LONGEST_TITLE} characters."
    if len(tidy.body) > LONGEST_BODY:
        problems["body"] = f"Use at most {LONGEST_BODY:,} characters."
    if problems:
        raise Invalid("Something is not right yet. Nothing was saved.", problems)
    return tidy


def signature(name: str) -> str:
    """A name as readers may know it: ``Ada Lovelace`` signs as ``Ada L.``."""
    first, *rest = name.split() or [""]
    return f"{first} {rest[-1][0]}." if rest else first


def counted(state: str, rating: int) -> tuple[int, int]:
    """What a review in this state adds to its product: (to the sum, to the count)."""
    return (rating, 1) if state == State.PUBLISHED else (0, 0)
