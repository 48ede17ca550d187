"""What customers looked for and the shop did not have."""

from flask import render_template
from flask.typing import ResponseReturnValue

from smartshop.catalog.queries import misses
from smartshop.kernel.permissions import Permission
from smartshop.web import parsing
from smartshop.web.admin import wording
from smartshop.web.admin.blueprint import bp
from smartshop.web.guards import access


@bp.get("/searches")
@access(Permission.ANALYTICS_VIEW)
def searches() -> ResponseReturnValue:
    asked = parsing.page_number()
    page = misses.page_of_misses(page=asked)
    return render_template("admin/searches.html", page=page, moved=wording.page_moved(asked, page.number))
