"""Reports as CSV, written while they are read."""

from itertools import chain

from flask import Response, render_template, stream_with_context
from flask.typing import ResponseReturnValue

from smartshop.insights.operations import exports
from smartshop.insights.queries import segments
from smartshop.insights.queries.reports import catalogue, writing
from smartshop.insights.queries.reports.declared import Wanted
from smartshop.kernel import clock
from smartshop.kernel.permissions import Permission
from smartshop.web.admin import asking, wording
from smartshop.web.admin.blueprint import bp
from smartshop.web.admin.customers import RISKS
from smartshop.web.admin.showing import sees_changes, sees_people
from smartshop.web.guards import access
from smartshop.web.presenting import settings
from smartshop.web.signing import actor


@bp.get("/reports")
@access(Permission.ANALYTICS_EXPORT)
def reports() -> ResponseReturnValue:
    wanted = Wanted(settings().currency)
    columns = {report.name: report.columns(wanted) for report in catalogue.REPORTS}
    return render_template(
        "admin/reports.html",
        columns=columns,
        names=wording.report_names(),
        descriptions=wording.report_descriptions(sees_changes=sees_changes()),
    )


@bp.get("/reports/<name>.csv")
@access(Permission.ANALYTICS_EXPORT, fresh=Permission.CUSTOMERS_PII)
def report(name: str) -> ResponseReturnValue:
    found = catalogue.report(name)
    since, until = asking.span()
    segment, risk = asking.one_of("segment", segments.SEGMENTS), asking.one_of("risk", RISKS)
    wanted = Wanted(settings().currency, segment, risk, since, until, is_with_changes=sees_changes())
    pieces = writing.as_csv(found, wanted, with_personal=sees_people())
    exports.record_export(report=name, with_personal=sees_people(), filters=wanted.filters, actor=actor())
    started = chain([next(pieces)], pieces)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}-{clock.today().isoformat()}.csv"',
        "Cache-Control": "no-store",
    }
    return Response(stream_with_context(started), content_type="text/csv; charset=utf-8", headers=headers)
