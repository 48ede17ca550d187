"""What the shop holds of oneself, and a copy of it."""

from tempfile import SpooledTemporaryFile

from flask import abort, render_template, send_file
from flask.typing import ResponseReturnValue

from smartshop.identity.rules.choices import NOTHING
from smartshop.kernel.extensions import limiter
from smartshop.kernel.permissions import Permission
from smartshop.privacy.operations import copying
from smartshop.web import choices
from smartshop.web.account.blueprint import bp
from smartshop.web.guards import access
from smartshop.web.signing import actor, current_person

IN_MEMORY = 4 * 1024 * 1024
COPIES = "10 per hour"


@bp.get("/account/privacy")
@access(Permission.ACCOUNT_USE)
def privacy() -> ResponseReturnValue:
    return render_template("account/privacy.html", choice=choices.made() or NOTHING)


@bp.post("/account/privacy/copy")
@limiter.limit(COPIES)
@access(Permission.ACCOUNT_USE)
def download_copy() -> ResponseReturnValue:
    me = current_person() or abort(403)
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # the response closes it
    copying.write_copy(person_id=me.person_id, file=file, actor=actor())
    file.seek(0)
    answer = send_file(file, mimetype="application/zip", as_attachment=True, download_name="my-data.zip")
    answer.headers["Cache-Control"] = "no-store"
    return answer
