"""Pages of text, as visitors read them."""

from flask import render_template
from flask.typing import ResponseReturnValue

from smartshop.content import queries, rules
from smartshop.kernel.permissions import Permission
from smartshop.web.guards import PUBLIC, access
from smartshop.web.shop.blueprint import bp
from smartshop.web.signing import current_person


@bp.get("/pages/<slug>")
@access(PUBLIC)
def text_page(slug: str) -> ResponseReturnValue:
    person = current_person()
    sees_drafts = person is not None and person.can(Permission.PAGES_MANAGE)
    page = queries.by_slug(slug, with_drafts=sees_drafts)
    return render_template("shop/text_page.html", page=page, body=rules.rendered(page.body))
