"""The files of pictures below the uploads; their names tell their content, so that they never change."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from smartshop.catalog.models import Category, ProductImage
from smartshop.catalog.rules import pictures
from smartshop.catalog.rules.pictures import Picture
from smartshop.kernel import clock, codes
from smartshop.kernel.extensions import db

PATIENCE = timedelta(days=1)
"""A file younger than this may belong to a picture that is just being added."""
NARROWER = re.compile(r"-[0-9]+w(?=\.webp$)")
GONE = ".gone"


def keep(uploads: Path, picture: Picture) -> None:
    """Write the files of a picture, each whole or not at all; those that are there are made young again."""
    for path, data in picture.files.items():
        target = uploads / path
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{codes.token()}.new")
        draft.write_bytes(data)
        draft.replace(target)


def sweep(*, uploads: Path) -> int:
    """Remove the files that no product and no category shows any more; returns how many."""
    old = [file for file in (uploads / pictures.FOLDER).glob("*/*") if _is_old(file)]
    shown = _shown() if old else set()
    idle = [file for file in old if NARROWER.sub("", str(file.relative_to(uploads))) not in shown]
    return sum(_remove(file) for file in idle)


def _shown() -> set[str]:
    db.session.rollback()
    paths = sa.union(sa.select(ProductImage.path), sa.select(Category.image_path))
    return set(db.session.scalars(paths))


def _is_old(file: Path) -> bool:
    try:
        written_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except FileNotFoundError:
        return False
    return written_at < clock.now() - PATIENCE


def _remove(file: Path) -> bool:
    """Put it aside first: had somebody just written it anew, it goes back."""
    aside = file.with_name(f"{file.name}{GONE}")
    try:
        file.replace(aside)
    except FileNotFoundError:
        return False
    if not _is_old(aside):
        aside.replace(file)
        return False
    aside.unlink(missing_ok=True)
    return True
