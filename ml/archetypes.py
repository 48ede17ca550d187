"""Names for clusters: what sets each apart in words, one name for one cluster, and the same name as long as it lasts.

A name makes claims about a cluster's centre, in standard deviations from the mean of all customers; it is only given
where every claim is true.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ml.partitions import Partition

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

CLEAR = 0.1
"""A claim is true from so many standard deviations on; a name that was given before is kept down to minus as many."""
SAME_FROM = 0.3
"""A cluster is found again if so much of it and its former self together (Jaccard index) is in both."""
MOVED_FROM = 0.5
"""Its centre has moved if it went so many standard deviations."""
MOST_SINGLE = 0.75
NEVER = -1e6
SPARE = -1e3


@dataclass(frozen=True)
class Archetype:
    """A name's code and its claims: +1 for far above the mean in an input, -1 for far below."""

    code: str
    claims: Mapping[str, int]
    is_single: bool = False
    """Also claims that most of them ordered once."""


LONG_AGO, LATELY = {"recency_days": 1}, {"recency_days": -1}
OFTEN, SELDOM = {"orders": 1}, {"orders": -1}
MUCH, LITTLE = {"revenue": 1}, {"revenue": -1}
OLD, YOUNG = {"tenure_days": 1}, {"tenure_days": -1}
VARIED, NARROW = {"product_count": 1}, {"product_count": -1}
ARCHETYPES = (
    Archetype("frequent-big-spenders", {**LATELY, **OFTEN, **MUCH, **VARIED}),
    Archetype("long-standing-regulars", {**LATELY, **OFTEN, **OLD}),
    Archetype("regulars", {**LATELY, **OFTEN}),
    Archetype("regulars-of-few-products", {**OFTEN, **NARROW}),
    Archetype("established-buyers", {**OLD, **OFTEN, **MUCH}),
    Archetype("frequent-small-spenders", {**OFTEN, **LITTLE}),
    Archetype("big-seldom-orders", {**SELDOM, **MUCH}),
    Archetype("newcomers", {**LATELY, **YOUNG, **SELDOM, **LITTLE}),
    Archetype("newcomers-who-spend-well", {**LATELY, **YOUNG, **MUCH}),
    Archetype("recent-small-spenders", {**LATELY, **LITTLE}),
    Archetype("wide-range-shoppers", {**LATELY, **MUCH, **VARIED}),
    Archetype("few-orders-wide-baskets", {**SELDOM, **VARIED}),
    Archetype("long-standing-occasional-buyers", {**OLD, **SELDOM}),
    Archetype("fading-regulars", {**LONG_AGO, **OFTEN, **OLD}),
    Archetype("lapsed-big-spenders", {**LONG_AGO, **MUCH}),
    Archetype("lapsed-one-time-buyers", {**LONG_AGO, **SELDOM, **LITTLE}, is_single=True),
    Archetype("lapsed-occasional-buyers", {**LONG_AGO, **SELDOM, **LITTLE}),
    Archetype("lapsed-long-ago", {**LONG_AGO, **OLD}),
    Archetype("lapsed-soon-after-joining", {**LONG_AGO, **YOUNG}),
)
MIDDLE = "average-customers"
"""For a cluster that differs in nothing by more than `MIDDLING` standard deviations."""
MIDDLING = 0.5
SPARES = tuple(f"group-{n}" for n in range(1, 17))
"""For clusters that no name is true of."""
CODES = (*(each.code for each in ARCHETYPES), MIDDLE, *SPARES)


@dataclass(frozen=True)
class Profile:
    """Clusters as names see them: centres (k, d) by input, each customer's cluster, and the share that ordered once."""

    inputs: tuple[str, ...]
    centres: Floats
    labels: Labels
    single_share: Floats

    @classmethod
    def of(cls, partition: Partition, inputs: Sequence[str], *, is_single: npt.NDArray[np.bool_]) -> Profile:
        """The profile of a partition; ``is_single`` says of each customer whether they ordered once."""
        single = np.bincount(partition.labels, weights=is_single, minlength=len(partition.centres))
        return cls(
            tuple(inputs), partition.centres, partition.labels, single / np.maximum(partition.sizes, 1)
        )


@dataclass(frozen=True)
class Before:
    """The clusters served so far: their codes, today's customers by them, and their centres in today's scale."""

    codes: tuple[str, ...]
    labels: Labels
    centres: Floats


@dataclass(frozen=True)
class Named:
    """A code for each cluster, and what changed since the clusters before: kept, moved, renamed, new and gone ones."""

    codes: tuple[str, ...]
    changes: dict[str, Any] = field(default_factory=dict)


def named(profile: Profile, before: Before | None = None) -> Named:
    """Names for the clusters; those that are found again among the ones ``before`` keep theirs while it is true."""
    if before is None:
        return Named(_fresh(profile, {}, frozenset()))
    found = _found_again(profile, before)
    kept = {
        new: before.codes[old]
        for new, old in found.items()
        if _is_true(before.codes[old], profile, new, -CLEAR)
    }
    codes = _fresh(profile, kept, frozenset(before.codes))
    changes = {
        "kept": [codes[new] for new in sorted(kept)],
        "moved": [codes[new] for new in sorted(kept) if _way(profile, before, new, found[new]) >= MOVED_FROM],
        "renamed": [
            {"from": before.codes[old], "to": codes[new]} for new, old in found.items() if new not in kept
        ],
        "new": [code for new, code in enumerate(codes) if new not in found],
        "gone": [code for old, code in enumerate(before.codes) if old not in found.values()],
    }
    return Named(codes, changes)


def _found_again(profile: Profile, before: Before) -> dict[int, int]:
    """New cluster → the one before that it shares most customers with, each at most once (Kuhn 1955)."""
    shared = np.zeros((len(profile.centres), len(before.codes)))
    np.add.at(shared, (profile.labels, before.labels), 1.0)
    together = shared.sum(axis=1, keepdims=True) + shared.sum(axis=0, keepdims=True) - shared
    overlap = shared / np.maximum(together, 1.0)
    rows, columns = linear_sum_assignment(overlap, maximize=True)
    return {
        int(new): int(old) for new, old in zip(rows, columns, strict=True) if overlap[new, old] >= SAME_FROM
    }


def _way(profile: Profile, before: Before, new: int, old: int) -> float:
    return float(np.linalg.norm(profile.centres[new] - before.centres[old]))


def _fresh(profile: Profile, kept: Mapping[int, str], taken: frozenset[str]) -> tuple[str, ...]:
    """The names that fit best together, each once, for the clusters without a kept one."""
    open_ = [n for n in range(len(profile.centres)) if n not in kept]
    free = [code for code in CODES if code not in taken]
    fits = np.array([[_fit(code, profile, n) for code in free] for n in open_]).reshape(len(open_), len(free))
    rows, columns = linear_sum_assignment(fits, maximize=True)
    fresh = {open_[row]: free[column] for row, column in zip(rows, columns, strict=True)}
    return tuple({**kept, **fresh}[n] for n in range(len(profile.centres)))


def _fit(code: str, profile: Profile, n: int) -> float:
    """How far a centre lies in the direction of a name's claims; `NEVER` where one of them is false."""
    if code in SPARES:
        return SPARE
    if not _is_true(code, profile, n, CLEAR):
        return NEVER
    if code == MIDDLE:
        return 0.0
    archetype = _BY_CODE[code]
    ways = _along(archetype, profile, n)
    return float(ways.sum() / np.sqrt(ways.size)) + (CLEAR if archetype.is_single else 0.0)


def _is_true(code: str, profile: Profile, n: int, least: float) -> bool:
    if code in SPARES:
        return True
    if code == MIDDLE:
        return bool(np.abs(profile.centres[n]).max() <= MIDDLING - least)
    archetype = _BY_CODE[code]
    has_single = not archetype.is_single or bool(profile.single_share[n] >= MOST_SINGLE)
    return has_single and bool((_along(archetype, profile, n) >= least).all())


def _along(archetype: Archetype, profile: Profile, n: int) -> Floats:
    at = {name: i for i, name in enumerate(profile.inputs)}
    return np.array([sign * profile.centres[n, at[name]] for name, sign in archetype.claims.items()])


_BY_CODE = {each.code: each for each in ARCHETYPES}
