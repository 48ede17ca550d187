"""The assortment as arrays, the way the simulation draws from it."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from smartshop.demo.assortment import products, shelves


@dataclass(frozen=True)
class Goods:
    """Shelves x products arrays hold ``share`` and ``dearness`` (standardised log price); prices are pence."""

    price: NDArray[np.float64]
    variant_count: NDArray[np.int64]
    companion: NDArray[np.int64]
    on_shelf: NDArray[np.int64]
    share: NDArray[np.float64]
    dearness: NDArray[np.float64]
    season: NDArray[np.float64]


@cache
def goods() -> Goods:
    """Return the arrays of the assortment; ``price`` is the mean over a product's variants."""
    plans = products()
    price = np.array([np.mean([v.price_minor for v in plan.variants]) for plan in plans])
    width = max(len(shelf.products) for shelf in shelves())
    on_shelf = np.zeros((len(shelves()), width), dtype=np.int64)
    share, dearness = np.zeros(on_shelf.shape), np.zeros(on_shelf.shape)
    scale = np.log(price).std()
    begin = 0
    for row, shelf in enumerate(shelves()):
        here = np.arange(begin, begin + len(shelf.products))
        logs = np.log(price[here])
        on_shelf[row, : len(here)] = here
        share[row, : len(here)] = [plan.share for plan in shelf.products]
        dearness[row, : len(here)] = (logs - logs.mean()) / scale
        begin += len(here)
    return Goods(
        price=price,
        variant_count=np.array([len(plan.variants) for plan in plans]),
        companion=_companions({plan.name: index for index, plan in enumerate(plans)}),
        on_shelf=on_shelf,
        share=share,
        dearness=dearness,
        season=np.array([shelf.season for shelf in shelves()]),
    )


def pairs() -> list[tuple[str, str]]:
    """Names of products of which the second joins a basket that holds the first."""
    with (Path(__file__).parent / "companions.toml").open("rb") as file:
        return [(first, second) for first, second in tomllib.load(file)["pairs"]]


def _companions(place: dict[str, int]) -> NDArray[np.int64]:
    companion = np.full(len(place), -1, dtype=np.int64)
    for first, second in pairs():
        companion[place[first]] = place[second]
    return companion
