"""Running statements of columns without the object layer: the same transaction, a fraction of the work of each."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from smartshop.kernel.extensions import db
from smartshop.kernel.prepared import Prepared, Rows

Values = Mapping[str, Any]


def run(statement: Prepared | sa.Executable, values: Values | Sequence[Values] | None = None) -> Rows:
    """Run a statement in the session's transaction, after what waits to be written.

    Objects that the session holds are neither made nor brought up to date: for rows nobody loaded as objects.
    """
    session = db.session()
    session.flush()
    if isinstance(statement, Prepared):
        return statement.run(session.connection(), values)
    result = session.connection().execute(statement, values)
    rows = Rows(result.all() if result.returns_rows else ())
    rows.rowcount = result.rowcount
    return rows


def one(statement: Prepared | sa.Executable, values: Values | None = None) -> Any:
    """The first column of the first row, or None."""
    return run(statement, values).scalar()
