"""The log of what customers did and what staff changed."""

from flask import render_template
from flask.typing import ResponseReturnValue

from smartshop.insights.queries import activity
from smartshop.insights.queries.activity import ActivitySought
from smartshop.kernel.permissions import Permission
from smartshop.web import parsing
from smartshop.web.admin import asking, wording
from smartshop.web.admin.blueprint import bp
from smartshop.web.guards import access


@bp.get("/activity", endpoint="activity")
@access(Permission.ACTIVITY_VIEW)
def activity_page() -> ResponseReturnValue:
    asked, source = parsing.page_number(), asking.one_of("source", ("customers", "staff"), "customers")
    is_staff = source == "staff"
    kinds = {name: name for name in activity.actions()} if is_staff else wording.event_kinds()
    since, until = asking.span()
    sought = ActivitySought(asking.one_of("kind", tuple(kinds)), asking.person(), since, until)
    page = (activity.page_of_changes if is_staff else activity.page_of_events)(sought, page=asked)
    return render_template(
        "admin/activity.html",
        page=page,
        sought=sought,
        source=source,
        kinds=kinds,
        moved=wording.page_moved(asked, page.number),
    )
