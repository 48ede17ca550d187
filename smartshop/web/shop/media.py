"""Pictures out of the instance's uploads."""

from pathlib import Path

from flask import current_app, send_from_directory
from flask.typing import ResponseReturnValue

from smartshop.web.guards import PUBLIC, access
from smartshop.web.shop.blueprint import bp

A_WEEK = 60 * 60 * 24 * 7
ONLY_SHOWN = {"content_security_policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}


@bp.get("/media/<path:path>")
@access(PUBLIC)
def media(path: str) -> ResponseReturnValue:
    """A picture, which may do nothing but be shown."""
    return send_from_directory(Path(current_app.instance_path) / "uploads", path, max_age=A_WEEK)


# Flask-Talisman writes the policy of every response last; this is where it looks for a view's own.
media.talisman_view_options = ONLY_SHOWN  # type: ignore[attr-defined]
