"""Migrations: one linear history, up and down on both databases, and exactly the tables the models describe."""

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade

from smartshop.kernel.config import ROOT
from smartshop.kernel.db import Base
from smartshop.kernel.extensions import db

FULL_TEXT = "product_search"
FOLDER = str(ROOT / "migrations")


def differences() -> list[object]:
    with db.engine.connect() as connection:
        opts = {"compare_type": True, "include_name": _is_described}
        context = MigrationContext.configure(connection, opts=opts)
        return list(compare_metadata(context, Base.metadata))


def _is_described(name: str | None, kind: str, _parents: object) -> bool:
    """The full-text index has a shape of its own on each database, and no model."""
    return not (kind == "table" and name is not None and name.startswith(FULL_TEXT))


def tables() -> set[str]:
    found = set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}
    return {name for name in found if not name.startswith(FULL_TEXT)}


def test_migrations_make_exactly_what_the_models_describe(any_app: Flask) -> None:
    assert differences() == []


def test_migrations_go_down_to_nothing_and_up_again(any_app: Flask) -> None:
    db.session.remove()
    downgrade(directory=FOLDER, revision="base")
    assert tables() == set()
    upgrade(directory=FOLDER)
    assert tables() == set(Base.metadata.tables)
    assert differences() == []


def test_the_history_is_one_line() -> None:
    script = ScriptDirectory(FOLDER)
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1
    assert all(not isinstance(revision.down_revision, tuple) for revision in script.walk_revisions())
