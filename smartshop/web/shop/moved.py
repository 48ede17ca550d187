"""What has another address now."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from smartshop.kernel.errors import NotFound

REMEMBERED = "public, max-age=3600"
"""How long a browser may go straight on: the old address can become another thing's."""


def onward(endpoint: str, slug: str | None, missing: NotFound) -> ResponseReturnValue:
    """To the present address, query string and all.

    Raises ``missing`` where there is none.
    """
    if slug is None:
        raise missing
    query = request.query_string.decode("latin-1")
    answer = redirect(url_for(endpoint, slug=slug) + (f"?{query}" if query else ""), 301)
    answer.headers["Cache-Control"] = REMEMBERED
    return answer
