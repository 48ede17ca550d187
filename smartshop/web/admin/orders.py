"""The list of orders."""

from flask import render_template
from flask.typing import ResponseReturnValue

from smartshop.insights.queries import sales
from smartshop.insights.queries.sales import SalesSought
from smartshop.kernel.permissions import Permission
from smartshop.orders.queries import reading
from smartshop.orders.rules.aftercare import CARRIERS
from smartshop.orders.rules.states import State
from smartshop.payments import queries as payments
from smartshop.web import parsing
from smartshop.web.admin import asking, wording
from smartshop.web.admin.blueprint import bp
from smartshop.web.admin.showing import sees_people
from smartshop.web.guards import access

ATTENTION = "attention"
STATES = tuple(state.value for state in State)


@bp.get("/orders")
@access(Permission.ORDERS_VIEW)
def orders() -> ResponseReturnValue:
    asked = parsing.page_number()
    since, until = asking.span()
    state = asking.one_of("state", (*STATES, ATTENTION))
    sought = SalesSought(
        asking.text(),
        "" if state == ATTENTION else state,
        since,
        until,
        sees_people(),
        needs_attention=state == ATTENTION,
    )
    page = sales.page_of_orders(sought, page=asked)
    return render_template(
        "admin/orders.html",
        page=page,
        gone=reading.gone(page.items),
        sought=sought,
        states=(*STATES, ATTENTION),
        state=state,
        attention=sales.needing_attention(),
        refused_keys=payments.refused_keys(),
        carriers=[(code, name) for code, (name, _url) in CARRIERS.items()],
        moved=wording.page_moved(asked, page.number),
    )
