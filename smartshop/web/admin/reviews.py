"""The queue of reviews: read, publish, turn down."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from smartshop.catalog.operations import reviewing
from smartshop.catalog.queries import reviews as queries
from smartshop.catalog.rules.reviews import STARS, State
from smartshop.kernel.errors import Invalid
from smartshop.kernel.permissions import Permission
from smartshop.web import parsing
from smartshop.web.admin import asking, wording
from smartshop.web.admin.blueprint import bp
from smartshop.web.admin.speaking import _, ngettext
from smartshop.web.guards import access
from smartshop.web.signing import actor

DECISIONS = (State.PUBLISHED, State.REJECTED)


@bp.get("/reviews")
@access(Permission.REVIEWS_MODERATE)
def reviews() -> ResponseReturnValue:
    return _page()


@bp.post("/reviews")
@access(Permission.REVIEWS_MODERATE)
def decide_reviews() -> ResponseReturnValue:
    seen, to = _seen(), _decision()
    if not seen:
        return _page(message=_("Tick the reviews that you have read first.")), 422
    try:
        moved = reviewing.decide(seen=seen, to=to, reason=request.form.get("reason", ""), actor=actor())
    except Invalid as error:
        return _page(message=error.message, ticked=frozenset(seen)), error.status
    flash(_told(to, moved), "success" if moved else "info")
    if moved < len(seen):
        flash(_left_alone(len(seen) - moved), "warning")
    query = request.query_string.decode("latin-1")
    return redirect(url_for("admin.reviews") + (f"?{query}" if query else ""), 303)


def _page(*, message: str = "", ticked: frozenset[int] = frozenset()) -> str:
    asked, words = parsing.page_number(), asking.text()
    state = parsing.choice("state", State, State.PENDING)
    stars = asking.one_of("stars", [str(number) for number in STARS])
    page = queries.queue(state=state, rating=int(stars) if stars else None, words=words, page=asked)
    return render_template(
        "admin/reviews.html",
        page=page,
        state=state,
        stars=stars,
        all_stars=STARS,
        words=words,
        counts=queries.counts(),
        message=message,
        ticked=ticked,
        reason=request.form.get("reason", ""),
        moved=wording.page_moved(asked, page.number),
    )


def _seen() -> dict[int, int]:
    """The ticked reviews by id, each with the revision that the page showed."""
    pairs = [text.partition("-")[::2] for text in request.form.getlist("review")]
    numbers = [(parsing.whole_number(key), parsing.whole_number(revision)) for key, revision in pairs]
    return {key: revision for key, revision in numbers if key > 0}


def _decision() -> State:
    sent = request.form.get("decision", "")
    if sent not in DECISIONS:
        raise parsing.BadQuery(_("Choose whether to publish or to turn down."))
    return State(sent)


def _told(to: State, moved: int) -> str:
    if to == State.PUBLISHED:
        return ngettext("%(num)d review is published.", "%(num)d reviews are published.", moved)
    return ngettext("%(num)d review is turned down.", "%(num)d reviews are turned down.", moved)


def _left_alone(count: int) -> str:
    return ngettext(
        "%(num)d was changed or decided meanwhile and stays as it is: read it again.",
        "%(num)d were changed or decided meanwhile and stay as they are: read them again.",
        count,
    )
