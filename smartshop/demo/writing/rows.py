"""Many rows of one table at a time, and moments as the database wants them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from smartshop.demo.process import Times
from smartshop.kernel.db import Base
from smartshop.kernel.extensions import db

BATCH = 20_000


def insert(model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows past the unit's identity map; every row names the same columns."""
    connection = db.session.connection()
    for start in range(0, len(rows), BATCH):
        connection.execute(sa.insert(model), list(rows[start : start + BATCH]))


def moments(times: Times) -> list[datetime]:
    """Whole seconds as aware datetimes in UTC."""
    naive: list[datetime] = times.astype("datetime64[s]").tolist()
    return [moment.replace(tzinfo=UTC) for moment in naive]
