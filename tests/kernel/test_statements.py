"""Statements of columns: in the session's transaction, after what waits in it."""

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.catalog.models import Category
from smartshop.kernel import statements
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests.factories import make_category

NAMES = sa.select(Category.id, Category.name).where(Category.slug == sa.bindparam("slug"))


def test_rows_are_columns_and_no_object_is_made(any_app: Flask) -> None:
    category_id = make_category(name="Mugs", slug="mugs")
    db.session.remove()
    assert [tuple(row) for row in statements.run(NAMES, {"slug": "mugs"})] == [(category_id, "Mugs")]
    assert statements.one(NAMES, {"slug": "mugs"}) == category_id
    assert statements.one(NAMES, {"slug": "bowls"}) is None
    assert list(db.session.identity_map.values()) == []


def test_what_waits_to_be_written_is_written_first_and_goes_with_the_transaction(any_app: Flask) -> None:
    rename = sa.update(Category).where(Category.slug == "jugs").values(name=sa.bindparam("new_name"))
    with pytest.raises(LookupError), unit_of_work():
        db.session.add(Category(slug="jugs", name="Jugs", position=9))
        assert statements.run(rename, {"new_name": "Pots"}).rowcount == 1
        assert [row.name for row in statements.run(NAMES, {"slug": "jugs"})] == ["Pots"]
        raise LookupError
    assert statements.one(NAMES, {"slug": "jugs"}) is None
