"""Liveness and readiness, for load balancers, which ask over plain HTTP from inside."""

import sqlalchemy as sa
from flask import jsonify
from flask.typing import ResponseReturnValue

from smartshop.kernel.extensions import db
from smartshop.web.guards import PUBLIC, access
from smartshop.web.machine.blueprint import bp


@bp.get("/healthz")
@access(PUBLIC)
def alive() -> ResponseReturnValue:
    return jsonify(status="ok")


@bp.get("/readyz")
@access(PUBLIC)
def ready() -> ResponseReturnValue:
    """Ready means that the database answers and has the tables."""
    try:
        db.session.execute(sa.text("SELECT version_num FROM alembic_version")).one()
    except sa.exc.SQLAlchemyError:
        return jsonify(status="unavailable", problem="the database does not answer or is not migrated"), 503
    return jsonify(status="ok")


# Flask-Talisman looks here for a view's own options.
for _view in (alive, ready):
    _view.talisman_view_options = {"force_https": False}  # type: ignore[attr-defined]
