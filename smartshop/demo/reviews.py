"""What buyers say: ratings that lean to the good, in words that fit the thing."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from smartshop.demo.process import History

SHARE = 0.16
RATINGS = (0.03, 0.05, 0.12, 0.3, 0.5)
KINDS = ("ceramic", "scent", "light", "cloth", "carry", "garden", "paper", "wall", "toy", "festive")


@dataclass(frozen=True)
class ReviewPlan:
    """One verified buyer's opinion of one product; at most one of each pair."""

    customer: int
    product: int
    rating: int
    title: str
    body: str
    at: np.datetime64


@cache
def _phrases() -> dict[str, Any]:
    with (Path(__file__).parent / "reviews.toml").open("rb") as file:
        return tomllib.load(file)


def write(history: History, shelf_of: list[int], seed: int, share: float = SHARE) -> list[ReviewPlan]:
    """Return the reviews by time; ``shelf_of`` maps a product to its shelf, which decides the words."""
    rng = np.random.default_rng([seed, 3])
    kept = ~history.is_cancelled[history.order] & (history.customer[history.order] < history.customers)
    lines = np.flatnonzero(kept)
    pairs = history.customer[history.order[lines]] * len(shelf_of) + history.product[lines]
    lines = lines[np.unique(pairs, return_index=True)[1]]
    lines = lines[rng.uniform(0, 1, len(lines)) < share]
    wait = rng.integers(3 * 86400, 40 * 86400, len(lines)).astype("timedelta64[s]")
    at = history.at[history.order[lines]] + wait
    end = history.truth.start + np.timedelta64(int(history.truth.days), "D")
    quality = rng.normal(0, 0.35, len(shelf_of))[history.product[lines]]
    edges = np.cumsum(RATINGS)[:-1]
    score = rng.uniform(0, 1, len(lines)) ** np.exp(-quality)
    rating = 1 + (edges < score[:, None]).sum(axis=1)
    rating = np.where(history.returned_quantity[lines] > 0, np.minimum(rating, 3), rating)
    draws = rng.integers(0, 2**31, (len(lines), 6))
    plans = [
        ReviewPlan(
            customer=int(history.customer[history.order[line]]),
            product=int(history.product[line]),
            rating=int(stars),
            title=_pick(_phrases()["titles"][str(stars)], draw[0]),
            body=_body(int(stars), KINDS[shelf_of[history.product[line]]], draw),
            at=when,
        )
        for line, stars, draw, when in zip(lines, rating, draws, at, strict=True)
        if when < end
    ]
    return sorted(plans, key=lambda plan: plan.at)


def _pick(choices: list[str], draw: int) -> str:
    return choices[int(draw) % len(choices)]


def _body(stars: int, kind: str, draw: np.ndarray[Any, np.dtype[np.int64]]) -> str:
    text = _phrases()
    good, bad = _pick(text["good"][kind], draw[2]), _pick(text["bad"][kind], draw[3])
    middle = {5: good, 4: f"{good} {bad}" if draw[4] % 3 == 0 else good, 3: f"{good} {bad}"}.get(stars, bad)
    parts = (
        _pick(text["openings"][str(stars)], draw[1]),
        middle,
        _pick(text["closings"][str(stars)], draw[5]),
    )
    return " ".join(part for part in parts if part)
