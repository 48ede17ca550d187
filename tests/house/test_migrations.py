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

FOLDER = str(ROOT / "migrations")


def differences() -> list[object]:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


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
