"""What a person sees when something is not as it should be."""

from math import ceil

import structlog
from flask import Flask, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

from smartshop.kernel import clock
from smartshop.kernel.errors import DomainError
from smartshop.kernel.extensions import limiter
from smartshop.web.desks import desk
from smartshop.web.presenting import recognised

log = structlog.get_logger(__name__)
SUSPECT = frozenset({"foreign_form", "bad_query"})
"""What people who only click never send."""
FORBIDDEN = 403
PAGES = frozenset({400, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503})


def install(app: Flask) -> None:
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def _answer(status: int, message: str, code: str) -> ResponseReturnValue:
    if request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json":
        return jsonify(error={"code": code, "message": message}), status
    page = status if status in PAGES else (400 if status < 500 else 500)
    person = recognised() if status == FORBIDDEN or request.path.startswith("/admin/") else None
    staff_home = desk(person) if request.path.startswith("/admin/") else None
    told = {
        "message": message,
        "status": status,
        "staff_home": staff_home,
        "is_signed_in": person is not None,
    }
    return render_template(f"errors/{page}.html", **told), status


def _domain_error(error: DomainError) -> ResponseReturnValue:
    if error.code in SUSPECT:
        _note_refusal(error.code)
    answer = make_response(_answer(error.status, error.message, error.code))
    answer.headers.update(when_to_retry(error))
    return answer


def when_to_retry(error: DomainError) -> dict[str, str]:
    """The header that tells in how many seconds to try again, when the error knows."""
    return {"Retry-After": str(error.facts["retry_after"])} if "retry_after" in error.facts else {}


def _note_refusal(reason: str) -> None:
    """What was refused to whom: a line of the log for who looks for attacks."""
    person = recognised()
    log.warning(
        "refused",
        reason=reason,
        endpoint=request.endpoint,
        method=request.method,
        address=request.remote_addr,
        person=person.person_id if person else None,
    )


def _stale_form(_error: CSRFError) -> ResponseReturnValue:
    _note_refusal("stale_form")
    message = _("This form is too old or came from another page. Go back, reload the page and send it again.")
    return _answer(400, message, "stale_form")


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()
    if error.code in {403, 413, 429}:
        _note_refusal(error.name.lower().replace(" ", "_"))
    answer = make_response(_answer(error.code, "", error.name.lower().replace(" ", "_")))
    if limiter.current_limit is not None and limiter.current_limit.breached:
        seconds = ceil(limiter.current_limit.reset_at - clock.now().timestamp())
        answer.headers["Retry-After"] = str(max(1, seconds))
    return answer


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.error("unexpected_error", path=request.path, exc_info=error)
    return _answer(InternalServerError.code, "", "internal_error")
