"""The stock of every variant, and what of it is low."""

from flask import render_template
from flask.typing import ResponseReturnValue

from smartshop.inventory.queries import low
from smartshop.kernel.permissions import Permission
from smartshop.web import parsing
from smartshop.web.admin import asking, wording
from smartshop.web.admin.blueprint import bp
from smartshop.web.guards import access
from smartshop.web.presenting import settings


@bp.get("/stock")
@access(Permission.STOCK_MANAGE)
def stock_levels() -> ResponseReturnValue:
    asked, words, view = parsing.page_number(), asking.text(), asking.one_of("view", low.VIEWS)
    low_stock = settings().low_stock
    page = low.page_of_stock(low_stock, text=words, view=view, page=asked)
    return render_template(
        "admin/stock_levels.html",
        page=page,
        words=words,
        view=view,
        low_stock=low_stock,
        low=low.low_count(low_stock),
        moved=wording.page_moved(asked, page.number),
    )
