"""The tree of categories, read from (id, parent id) pairs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping


def below(parents: Mapping[int, int | None], top: int) -> frozenset[int]:
    """A category and everything under it."""
    children: dict[int | None, list[int]] = defaultdict(list)
    for node, parent in parents.items():
        children[parent].append(node)
    found, waiting = {top}, [top]
    while waiting:
        new = [child for child in children[waiting.pop()] if child not in found]
        found.update(new)
        waiting.extend(new)
    return frozenset(found)


def path(parents: Mapping[int, int | None], node: int) -> tuple[int, ...]:
    """From the root down to a category, itself included; a ring of parents is cut where it closes."""
    steps = [node]
    while (parent := parents.get(steps[-1])) is not None and parent not in steps and parent in parents:
        steps.append(parent)
    return tuple(reversed(steps))


def with_ancestors(parents: Mapping[int, int | None], nodes: Iterable[int]) -> frozenset[int]:
    """These categories and all above them."""
    return frozenset(step for node in nodes if node in parents for step in path(parents, node))
