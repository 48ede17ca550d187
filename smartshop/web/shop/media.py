"""Pictures out of the instance's uploads."""

from pathlib import Path, PurePosixPath

from flask import abort, current_app, send_from_directory
from flask.typing import ResponseReturnValue

from smartshop.catalog.rules import pictures
from smartshop.web.guards import PUBLIC, access
from smartshop.web.shop.blueprint import bp

A_WEEK = 60 * 60 * 24 * 7
A_YEAR = 60 * 60 * 24 * 365
KINDS = {".webp": "image/webp", ".svg": "image/svg+xml"}
"""What is sent, and as what; a browser is never left to guess."""
ONLY_SHOWN = {"content_security_policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}


@bp.get("/media/<path:path>")
@access(PUBLIC)
def media(path: str) -> ResponseReturnValue:
    """A picture, which may do nothing but be shown."""
    kind = KINDS.get(PurePosixPath(path).suffix)
    if kind is None:
        abort(404)
    is_lasting = path.startswith(f"{pictures.FOLDER}/")
    uploads = Path(current_app.instance_path) / "uploads"
    answer = send_from_directory(uploads, path, mimetype=kind, max_age=A_YEAR if is_lasting else A_WEEK)
    answer.cache_control.immutable = is_lasting
    return answer


# Flask-Talisman writes the policy of every response last; this is where it looks for a view's own.
media.talisman_view_options = ONLY_SHOWN  # type: ignore[attr-defined]
