"""Alembic's environment: one transaction a migration, on the app's own engine."""

from typing import Any

from alembic import context
from alembic.autogenerate.api import AutogenContext

from smartshop.factory import load_models
from smartshop.kernel.db import Base, UtcDateTime, is_writing
from smartshop.kernel.extensions import db

load_models()


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | bool:
    """Migrations stand alone: our column types are written as what they are in the database."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    token = is_writing.set(True)
    try:
        with db.engine.connect() as connection:
            context.configure(
                connection=connection,
                target_metadata=Base.metadata,
                render_item=render_item,
                render_as_batch=connection.dialect.name == "sqlite",
                compare_type=True,
            )
            with context.begin_transaction():
                context.run_migrations()
    finally:
        is_writing.reset(token)


run()
