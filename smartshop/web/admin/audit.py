"""The audit log: who did what, when, from where, and what it was before."""

from flask import render_template
from flask.typing import ResponseReturnValue

from smartshop.insights.operations import exports
from smartshop.insights.queries import audit
from smartshop.insights.queries.audit import AuditSought
from smartshop.insights.queries.reports import writing
from smartshop.insights.queries.reports.declared import Wanted
from smartshop.kernel.permissions import Permission
from smartshop.web import parsing
from smartshop.web.admin import asking, audit_words, wording
from smartshop.web.admin.blueprint import bp
from smartshop.web.admin.sheets import csv_file
from smartshop.web.guards import access
from smartshop.web.presenting import settings
from smartshop.web.signing import actor


@bp.get("/audit", endpoint="audit")
@access(Permission.AUDIT_VIEW)
def audit_page() -> ResponseReturnValue:
    asked, actions = parsing.page_number(), audit.actions()
    sought = _sought(actions)
    page = audit.page_of_records(sought, page=asked)
    moved = wording.page_moved(asked, page.number)
    return render_template(
        "admin/audit.html",
        page=page,
        sought=sought,
        actions=audit_words.choices(actions),
        worded=audit_words.speaker(),
        moved=moved,
    )


@bp.get("/audit.csv")
@access(Permission.AUDIT_VIEW, fresh=True)
def audit_file() -> ResponseReturnValue:
    sought = _sought(audit.actions())
    exports.record_export(report="audit", with_personal=True, filters=sought.filters, actor=actor())
    pieces = writing.as_csv(audit.report(sought), Wanted(settings().currency), with_personal=True)
    return csv_file("audit", pieces)


def _sought(actions: tuple[str, ...]) -> AuditSought:
    since, until = asking.span()
    return AuditSought(
        actor=asking.text("actor"),
        action=asking.one_of("action", actions),
        subject=asking.text("subject"),
        words=asking.text(),
        like=audit_words.like(asking.text()),
        since=since,
        until=until,
    )
