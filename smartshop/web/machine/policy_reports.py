"""What browsers report that the content policy refused: the sign of markup that got onto a page."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from smartshop.kernel.extensions import csrf, limiter
from smartshop.web import uploading
from smartshop.web.guards import PUBLIC, access
from smartshop.web.machine.blueprint import bp
from smartshop.web.throttling import REPORTS

log = structlog.get_logger(__name__)
MOST_BYTES = 16 * 1024
A_NAME = re.compile(r"[a-z-]{1,40}")


@bp.post("/csp-reports")
@limiter.limit(REPORTS)
@uploading.takes(MOST_BYTES)
@access(PUBLIC)
def report_policy() -> ResponseReturnValue:
    """Sent by browsers, which have no form token; anybody may make one up, so nothing is done but a line in the log."""
    log.warning("content_policy_refused", **_facts(_report()))
    return "", 204


csrf.exempt(report_policy)


def _report() -> dict[str, Any]:
    """The report in what was sent, empty when there is none."""
    try:
        sent = json.loads(request.get_data())
    except (ValueError, RecursionError):
        return {}
    report = sent.get("csp-report") if isinstance(sent, dict) else None
    return report if isinstance(report, dict) else {}


def _facts(report: dict[str, Any]) -> dict[str, str]:
    """Which rule, what kind of page, and whose script: no address, for addresses may name people and open doors."""
    directive = str(report.get("effective-directive") or report.get("violated-directive") or "")
    found = A_NAME.match(directive)
    return {
        "directive": found[0] if found else "unknown",
        "page": _kind_of_page(str(report.get("document-uri", ""))),
        "blocked": _host(str(report.get("blocked-uri", ""))),
    }


def _kind_of_page(address: str) -> str:
    try:
        path = urlsplit(address).path
        endpoint: str = current_app.create_url_adapter(request).match(path, method="GET")[0]  # type: ignore[union-attr]
    except (ValueError, HTTPException):
        return "unknown"
    return endpoint


def _host(address: str) -> str:
    """A keyword such as ``inline``, or the name of a host."""
    try:
        name = urlsplit(address).hostname or (address if A_NAME.fullmatch(address) else "unknown")
    except ValueError:
        name = "unknown"
    return "".join(letter for letter in name if letter.isascii() and letter.isprintable())[:80]
