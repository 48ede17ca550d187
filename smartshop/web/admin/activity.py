"""The log of what customers did and, for who may read the audit log, of security and of what staff changed."""

from collections.abc import Mapping

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from smartshop.insights.queries import activity
from smartshop.insights.queries.activity import ActivitySought
from smartshop.kernel.permissions import Permission
from smartshop.web import parsing
from smartshop.web.admin import asking, audit_words, wording
from smartshop.web.admin.blueprint import bp
from smartshop.web.admin.showing import sees_changes, sees_people
from smartshop.web.guards import access

SOURCES = ("customers", "security", "staff")


@bp.get("/activity", endpoint="activity")
@access(Permission.ACTIVITY_VIEW)
def activity_page() -> ResponseReturnValue:
    asked, source = parsing.page_number(), asking.one_of("source", SOURCES, "customers")
    if source != "customers" and not sees_changes():
        abort(403)
    kinds = _kinds(source)
    sought = _sought(source, kinds)
    read = activity.page_of_events if source == "customers" else activity.page_of_changes
    page = read(sought, page=asked)
    return render_template(
        "admin/activity.html",
        page=page,
        sought=sought,
        source=source,
        kinds=kinds,
        is_live=asking.one_of("live", ("yes",)) == "yes",
        moved=wording.page_moved(asked, page.number),
        worded=audit_words.speaker(),
    )


def _kinds(source: str) -> Mapping[str, str]:
    if source == "customers":
        return wording.event_kinds()
    return audit_words.choices(activity.actions(is_security=source == "security"))


def _sought(source: str, kinds: Mapping[str, str]) -> ActivitySought:
    """Names and addresses are looked for only by who may see them."""
    since, until = asking.span()
    return ActivitySought(
        asking.one_of("kind", tuple(kinds)),
        asking.person(),
        since,
        until,
        asking.text() if sees_people() else "",
        source == "security",
    )
