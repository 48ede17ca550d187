"""Categories, products, variants, their pictures and reviews."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from smartshop.catalog.models import Category, Product, ProductImage, RelatedProduct, Review, Variant
from smartshop.demo import goods
from smartshop.demo.assortment import ProductPlan, products, shelves
from smartshop.demo.people import PersonPlan
from smartshop.demo.process import Ints
from smartshop.demo.reviews import ReviewPlan
from smartshop.demo.writing import rows
from smartshop.kernel.extensions import db

FOLDER = "demo"
UNREAD = 6
"""How many of the newest reviews still wait to be read."""


@dataclass(frozen=True)
class Sold:
    """The catalog as it was written: a product's id by place, a variant's by the place of its product's first."""

    product_id: Ints
    variant_id: Ints
    first_variant: Ints
    price_minor: Ints


def picture_path(plan: ProductPlan, colour: str) -> str:
    """Where a product's picture lies below the uploads."""
    tail = f"-{colour.replace(' ', '-')}" if colour else ""
    return f"{FOLDER}/{plan.slug}{tail}.svg"


def draw_pictures(uploads: Path) -> None:
    """Draw every product in every colour, and every category, below the uploads."""
    (uploads / FOLDER).mkdir(parents=True, exist_ok=True)
    for shelf in shelves():
        (uploads / f"{FOLDER}/category-{shelf.slug}.svg").write_text(shelf.picture(), encoding="utf-8")
    for plan in products():
        for colour in {variant.colour for variant in plan.variants}:
            (uploads / picture_path(plan, colour)).write_text(plan.picture(colour), encoding="utf-8")


def write_catalog(opened_at: datetime, scale: int, opinions: Sequence[ReviewPlan]) -> Sold:
    """Insert the assortment; prices are pence times ``scale``. The reviews give products their ratings."""
    rows.insert(
        Category,
        [
            {
                "slug": shelf.slug,
                "name": shelf.name,
                "description": shelf.description,
                "image_path": f"{FOLDER}/category-{shelf.slug}.svg",
                "position": place,
            }
            for place, shelf in enumerate(shelves(), start=1)
        ],
    )
    category_ids = dict(db.session.execute(sa.select(Category.slug, Category.id)).all())
    _write_products(category_ids, opened_at, opinions)
    product_ids = dict(db.session.execute(sa.select(Product.slug, Product.id)).all())
    _write_variants(product_ids, scale)
    variant_ids = dict(db.session.execute(sa.select(Variant.sku, Variant.id)).all())
    _write_images(product_ids, variant_ids)
    flat = [variant for plan in products() for variant in plan.variants]
    counts = [len(plan.variants) for plan in products()]
    return Sold(
        product_id=np.array([product_ids[plan.slug] for plan in products()]),
        variant_id=np.array([variant_ids[variant.sku] for variant in flat]),
        first_variant=np.cumsum([0, *counts[:-1]]),
        price_minor=np.array([variant.price_minor * scale for variant in flat]),
    )


def _write_products(
    category_ids: dict[str, int], opened_at: datetime, opinions: Sequence[ReviewPlan]
) -> None:
    stars: dict[int, list[int]] = defaultdict(list)
    for opinion in opinions[:-UNREAD]:
        stars[opinion.product].append(opinion.rating)
    found = []
    for place, plan in enumerate(products()):
        created_at = opened_at - timedelta(days=1 + place * 37 % 120)
        found.append(
            {
                "slug": plan.slug,
                "name": plan.name,
                "description": plan.description,
                "category_id": category_ids[shelves()[plan.shelf].slug],
                "status": "published",
                "attributes": plan.attributes,
                "rating_sum": sum(stars[place]),
                "rating_count": len(stars[place]),
                "created_at": created_at,
                "updated_at": created_at,
            }
        )
    rows.insert(Product, found)


def _write_variants(product_ids: dict[str, int], scale: int) -> None:
    rows.insert(
        Variant,
        [
            {
                "product_id": product_ids[plan.slug],
                "sku": variant.sku,
                "name": variant.name,
                "options": variant.options,
                "price_minor": variant.price_minor * scale,
                "weight_grams": variant.weight_grams,
                "position": position,
            }
            for plan in products()
            for position, variant in enumerate(plan.variants)
        ],
    )


def _write_images(product_ids: dict[str, int], variant_ids: dict[str, int]) -> None:
    found = []
    for plan in products():
        shown = plan.variants if plan.variants[0].colour else plan.variants[:1]
        for position, variant in enumerate(shown):
            colour = variant.colour
            found.append(
                {
                    "product_id": product_ids[plan.slug],
                    "variant_id": variant_ids[variant.sku] if colour else None,
                    "path": picture_path(plan, colour),
                    "alt": f"{plan.name} in {colour}" if colour else plan.name,
                    "position": position,
                }
            )
    rows.insert(ProductImage, found)


def write_related(sold: Sold) -> None:
    """Insert as related what tends to leave the shop together, in both directions."""
    ids = {plan.name: int(product_id) for plan, product_id in zip(products(), sold.product_id, strict=True)}
    both = [(ids[a], ids[b]) for one, other in goods.pairs() for a, b in ((one, other), (other, one))]
    found: dict[int, list[int]] = defaultdict(list)
    for product_id, related_id in both:
        found[product_id].append(related_id)
    rows.insert(
        RelatedProduct,
        [
            {"product_id": product_id, "related_id": related_id, "position": position}
            for product_id, related_ids in found.items()
            for position, related_id in enumerate(related_ids)
        ],
    )


def write_reviews(
    opinions: Sequence[ReviewPlan], people: Sequence[PersonPlan], person_ids: Ints, sold: Sold
) -> None:
    """Insert the reviews of verified buyers, all but the newest published, signed with a first name and an initial."""
    signed = [" ".join([person.name.split()[0], f"{person.name.split()[-1][0]}."]) for person in people]
    times = rows.moments(np.array([opinion.at for opinion in opinions], dtype="datetime64[s]"))
    rows.insert(
        Review,
        [
            {
                "product_id": int(sold.product_id[opinion.product]),
                "person_id": int(person_ids[opinion.customer]),
                "author": signed[opinion.customer],
                "rating": opinion.rating,
                "title": opinion.title,
                "body": opinion.body,
                "is_verified": True,
                "state": "published" if place < len(opinions) - UNREAD else "pending",
                "created_at": at,
            }
            for place, (opinion, at) in enumerate(zip(opinions, times, strict=True))
        ],
    )
