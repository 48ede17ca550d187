"""What staff may say of a category, and in which order categories stand."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from smartshop.catalog.rules import tree
from smartshop.kernel.errors import Invalid
from smartshop.kernel.legible import is_legible

LONGEST_NAME = 120
LONGEST_DESCRIPTION = 2000
DEEPEST = 4


@dataclass(frozen=True)
class CategoryFacts:
    """What a category says of itself; ``parent_id`` None stands at the top."""

    name: str
    description: str
    parent_id: int | None


def mark(facts: CategoryFacts, slug: str, image_path: str) -> str:
    """Tells two states of a category apart."""
    return hashlib.sha256(repr((facts, slug, image_path)).encode()).hexdigest()[:20]


def checked(facts: CategoryFacts) -> CategoryFacts:
    """The facts without stray blanks.

    Raises Invalid.
    """
    tidy = replace(
        facts,
        name=" ".join(facts.name.split()),
        description=facts.description.replace("\r\n", "\n").strip(),
    )
    problems = {}
    if not 1 <= len(tidy.name) <= LONGEST_NAME or not is_legible(tidy.name):
        problems["name"] = f"Give it a name, in at most {LONGEST_NAME} characters."
    if len(tidy.description) > LONGEST_DESCRIPTION:
        problems["description"] = f"Use at most {LONGEST_DESCRIPTION:,} characters."
    if problems:
        raise Invalid("Something is not right yet. Nothing was saved.", problems)
    return tidy


def check_place(parents: Mapping[int, int | None], moved: int | None, parent_id: int | None) -> None:
    """A category, None for a new one, may stand under this one: neither under itself nor too deep.

    Raises Invalid.
    """
    if parent_id is None:
        return
    text = ""
    if parent_id not in parents:
        text = "Choose one of the categories, or the top."
    elif moved is not None and parent_id in tree.below(parents, moved):
        text = "It cannot stand under itself, nor under what stands under it. Choose another place."
    elif len(tree.path(parents, parent_id)) + _height(parents, moved) > DEEPEST:
        text = f"Categories are at most {DEEPEST} deep. Choose a place further up."
    if text:
        raise Invalid(text, {"parent": text})


def _height(parents: Mapping[int, int | None], top: int | None) -> int:
    """How many levels a category and what stands under it take."""
    if top is None:
        return 1
    above = len(tree.path(parents, top))
    return max(len(tree.path(parents, node)) for node in tree.below(parents, top)) - above + 1


def swapped(order: Sequence[int], moved: int, *, is_up: bool) -> list[int]:
    """The order with one changed places with its neighbour; at the end of the row it stays."""
    found = list(order)
    place = found.index(moved)
    other = place + (-1 if is_up else 1)
    if 0 <= other < len(found):
        found[place], found[other] = found[other], found[place]
    return found
