"""The pictures of a product: added, described, put in order and taken away by staff."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from smartshop.catalog.models import Product, ProductImage, Variant
from smartshop.catalog.operations import listing, picture_files
from smartshop.catalog.rules import decoding, pictures
from smartshop.catalog.rules.pictures import UnreadablePicture
from smartshop.kernel import audit
from smartshop.kernel.errors import Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work


@dataclass(frozen=True)
class Added:
    """How many pictures were kept, and for every file that was not: its name and why."""

    kept: int
    refused: tuple[tuple[str, str], ...]


def add(*, product_id: int, files: Iterable[tuple[str, bytes]], uploads: Path, actor: audit.Actor) -> Added:
    """Add these (name, content) behind the pictures there are; what cannot be read is left out and told.

    They are decoded and written before the transaction begins. Raises Invalid when there are none or too
    many, NotFound.
    """
    _product_name(product_id)
    decoded, refused = _decoded(files, uploads)
    if not decoded and not refused:
        text = "Choose one picture at least."
        raise Invalid(text, {"pictures": text})
    known = _insert(product_id, decoded, actor) if decoded else []
    return Added(len(decoded) - len(known), (*refused, *known))


def describe(*, product_id: int, image_id: int, alt: str, variant_id: int | None, actor: audit.Actor) -> None:
    """Say what a picture shows, and of which variant if it shows only one.

    Raises Invalid, NotFound.
    """
    alt = pictures.checked_alt(alt)
    with unit_of_work():
        found = _find(_locked(product_id), image_id)
        if variant_id is not None and not _is_variant_of(product_id, variant_id):
            text = "Choose one of the variants of this product."
            raise Invalid(text, {"variant": text})
        before = {"alt": found.alt, "variant_id": found.variant_id}
        after = {"alt": alt, "variant_id": variant_id}
        if before == after:
            return
        found.alt, found.variant_id = alt, variant_id
        audit.record(
            actor=actor,
            action="product.picture_described",
            subject=f"product:{product_id}",
            before={**before, "path": found.path},
            after=after,
        )


def move(*, product_id: int, image_id: int, is_up: bool, actor: audit.Actor) -> None:
    """Swap a picture with the one before it, or behind it; the first is the one that lists show.

    At the end of the row nothing happens. Raises NotFound.
    """
    with unit_of_work():
        images = _locked(product_id)
        place = images.index(_find(images, image_id))
        other = place + (-1 if is_up else 1)
        if not 0 <= other < len(images):
            return
        images[place], images[other] = images[other], images[place]
        _number(images)
        listing.refresh([product_id])
        order = [image.path for image in images]
        audit.record(
            actor=actor,
            action="product.pictures_ordered",
            subject=f"product:{product_id}",
            after={"order": order},
        )


def remove(*, product_id: int, image_id: int, actor: audit.Actor) -> None:
    """Take a picture away; its files go when the shop is tidied up.

    Raises NotFound.
    """
    with unit_of_work():
        images = _locked(product_id)
        found = _find(images, image_id)
        before = {"path": found.path, "alt": found.alt}
        images.remove(found)
        db.session.delete(found)
        _number(images)
        listing.refresh([product_id])
        audit.record(
            actor=actor, action="product.picture_removed", subject=f"product:{product_id}", before=before
        )


def _decoded(
    files: Iterable[tuple[str, bytes]], uploads: Path
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(file, path) of every file that is a picture, and (file, reason) of every other."""
    decoded, refused = [], []
    for place, (name, data) in enumerate(files):
        if place >= pictures.MOST_AT_ONCE:
            refused.append((name, f"Send at most {pictures.MOST_AT_ONCE} at a time."))
            continue
        try:
            picture = decoding.decode(data)
        except UnreadablePicture as error:
            refused.append((name, error.message))
        else:
            picture_files.keep(uploads, picture)
            decoded.append((name, picture.path))
    return decoded, refused


def _insert(product_id: int, decoded: Sequence[tuple[str, str]], actor: audit.Actor) -> list[tuple[str, str]]:
    """Add those that the product does not have yet; (file, reason) of the others."""
    with unit_of_work():
        images, seen = _locked(product_id), set[str]()
        seen.update(image.path for image in images)
        new, known = [], []
        for name, path in decoded:
            if path in seen:
                known.append((name, "The product has this picture already."))
            else:
                new.append(path)
            seen.add(path)
        if new:
            _append(product_id, images, new)
            audit.record(
                actor=actor,
                action="product.pictures_added",
                subject=f"product:{product_id}",
                after={"paths": new},
            )
        return known


def _append(product_id: int, images: Sequence[ProductImage], paths: Sequence[str]) -> None:
    name, first = _product_name(product_id), len(images)
    if first + len(paths) > pictures.MOST_OF_A_PRODUCT:
        text = f"A product has at most {pictures.MOST_OF_A_PRODUCT} pictures, and this one has {first}."
        raise Invalid(text, {"pictures": text})
    position = images[-1].position + 1 if images else 0
    db.session.add_all(
        ProductImage(
            product_id=product_id,
            path=path,
            alt=pictures.suggested_alt(name, first + place),
            position=position + place,
        )
        for place, path in enumerate(paths)
    )
    listing.refresh([product_id])


def _product_name(product_id: int) -> str:
    name = db.session.scalar(sa.select(Product.name).where(Product.id == product_id))
    if name is None:
        raise NotFound("There is no such product.")
    return name


def _locked(product_id: int) -> list[ProductImage]:
    """The pictures of a product in order; others who change them wait."""
    held = sa.select(Product.id).where(Product.id == product_id).with_for_update(key_share=True)
    if db.session.scalar(held) is None:
        raise NotFound("There is no such product.")
    images = sa.select(ProductImage).where(ProductImage.product_id == product_id)
    return list(
        db.session.scalars(images.order_by(ProductImage.position).execution_options(populate_existing=True))
    )


def _find(images: Sequence[ProductImage], image_id: int) -> ProductImage:
    found = next((image for image in images if image.id == image_id), None)
    if found is None:
        raise NotFound("There is no such picture. Somebody may have taken it away.")
    return found


def _number(images: Sequence[ProductImage]) -> None:
    """Number them as they stand; by way of numbers nobody has, since no two may ever be alike."""
    for image in images:
        image.position = -1 - image.id
    db.session.flush()
    for place, image in enumerate(images):
        image.position = place
    db.session.flush()


def _is_variant_of(product_id: int, variant_id: int) -> bool:
    mine = sa.select(Variant.id).where(Variant.id == variant_id, Variant.product_id == product_id)
    return db.session.scalar(mine) is not None
