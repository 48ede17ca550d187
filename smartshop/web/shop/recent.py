"""What this browser looked at before, as a fragment of its own: pages that are kept for everybody never hold it."""

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from smartshop.catalog.queries import browsing
from smartshop.web import parsing, recent
from smartshop.web.guards import PUBLIC, access
from smartshop.web.shop.blueprint import bp

SHOWN = 6


@bp.get("/recent")
@access(PUBLIC)
def recently_viewed() -> ResponseReturnValue:
    """``but`` leaves out the product whose page asks."""
    here = parsing.whole_number(request.args.get("but"))
    cards = browsing.cards(recent.seen(leaving_out=(here,)))[:SHOWN]
    answer = make_response(render_template("shop/_recent.html", cards=cards))
    answer.headers["Cache-Control"] = "no-store"
    return answer
