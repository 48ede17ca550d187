"""The INSERT that knows ON CONFLICT, of whichever database this is."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from smartshop.kernel.db import Base
from smartshop.kernel.extensions import db


def dialect() -> str:
    return db.session.get_bind().dialect.name


def insert(name: str, table: type[Base]) -> Any:
    """The INSERT of the database with this name."""
    return (postgresql if name == "postgresql" else sqlite).insert(table)
