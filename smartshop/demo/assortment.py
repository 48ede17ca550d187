"""What the simulated shop sells: ten shelves, read from the files beside this module."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from smartshop.demo.illustrations import scenes
from smartshop.demo.illustrations.drawing import draw
from smartshop.demo.illustrations.shapes import Look

SHELVES = Path(__file__).parent / "shelves"


@dataclass(frozen=True)
class VariantPlan:
    """One thing on sale: its option values, price in pence, weight in grams and drawn colour."""

    name: str
    sku: str
    options: dict[str, str]
    price_minor: int
    weight_grams: int
    colour: str


@dataclass(frozen=True)
class ProductPlan:
    """A product before it is in a database; ``share`` is how often it is chosen on its shelf."""

    slug: str
    name: str
    description: str
    shelf: int
    form: str
    look: Look
    share: float
    attributes: dict[str, Any]
    variants: tuple[VariantPlan, ...]

    def picture(self, colour: str = "") -> str:
        """Draw the product, in another colour if one is given."""
        look = self.look.coloured(colour) if colour else self.look
        title = f"{self.name}, {colour}" if colour else self.name
        return draw(self.form, look, title)


@dataclass(frozen=True)
class Shelf:
    """A category; ``season`` is its demand by month from January, 1 in an ordinary month."""

    slug: str
    name: str
    description: str
    season: tuple[float, ...]
    products: tuple[ProductPlan, ...]
    scene: tuple[str, ...]

    def picture(self) -> str:
        """Draw three of the shelf's products on a table, 4:3."""
        chosen = {product.name: (product.form, product.look) for product in self.products}
        return scenes.category(tuple(chosen[name] for name in self.scene), self.name)


@cache
def shelves() -> tuple[Shelf, ...]:
    """Return the ten shelves in the order they are shown."""
    paths = sorted(SHELVES.glob("*.toml"))
    return tuple(_shelf(index, path) for index, path in enumerate(paths))


@cache
def products() -> tuple[ProductPlan, ...]:
    """Return every product, shelf by shelf."""
    return tuple(product for shelf in shelves() for product in shelf.products)


def _shelf(index: int, path: Path) -> Shelf:
    with path.open("rb") as file:
        text = tomllib.load(file)
    plans = tuple(
        _product(index, 100 * (index + 1) + place, entry, text["ground"])
        for place, entry in enumerate(text["product"], start=1)
    )
    return Shelf(
        _slug(text["name"]), text["name"], text["text"], tuple(text["season"]), plans, tuple(text["scene"])
    )


def _product(shelf: int, number: int, entry: dict[str, Any], ground: str) -> ProductPlan:
    main, second, accent, pattern = entry["look"]
    look = Look(main, second, accent, pattern, entry.get("shape", ""), ground)
    return ProductPlan(
        slug=_slug(entry["name"]),
        name=entry["name"],
        description=entry["text"],
        shelf=shelf,
        form=entry["form"],
        look=look,
        share=entry["share"],
        attributes={"Material": entry["material"]},
        variants=tuple(_variants(number, entry)),
    )


def _variants(number: int, entry: dict[str, Any]) -> list[VariantPlan]:
    colours: list[str] = entry.get("colours", [""])
    sizes: list[list[Any]] = entry.get("sizes", [["", 0]])
    plans: list[VariantPlan] = []
    for colour in colours:
        for size, extra in sizes:
            options = {"Colour": colour.capitalize()} if colour else {}
            options |= {"Size": size} if size else {}
            grown = 1 + extra / entry["price"]
            plans.append(
                VariantPlan(
                    name=" / ".join(options.values()),
                    sku=f"SS-{number:04d}-{len(plans) + 1}",
                    options=options,
                    price_minor=entry["price"] + extra,
                    weight_grams=round(entry["weight"] * grown),
                    colour=colour,
                )
            )
    return plans


def _slug(name: str) -> str:
    plain = name.lower().replace("'", "").replace("é", "e").replace("ê", "e").replace("&", "and")
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
