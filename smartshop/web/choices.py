"""What this visitor allows: as their account says, else as their browser does, else nothing."""

from datetime import timedelta

from flask import Flask, Response, after_this_request, current_app, request, session

from smartshop.identity.rules import choices
from smartshop.identity.rules.choices import Choice
from smartshop.privacy.operations import choosing
from smartshop.web.signing import current_person

COOKIE = "smartshop_choices"
LASTS = timedelta(days=180)
TRACES = ("visitor", "visit")


def install(app: Flask) -> None:
    app.jinja_env.globals["asks_for_choice"] = is_open


def made() -> Choice | None:
    """The choice that counts, or None when none was made."""
    person = current_person()
    own = choices.read(person.choices) if person else None
    return own or choices.read(request.cookies.get(COOKIE, ""))


def has_signal() -> bool:
    """Do-Not-Track and Global Privacy Control are answers, and the answer is no."""
    return request.headers.get("DNT") == "1" or request.headers.get("Sec-GPC") == "1"


def is_open() -> bool:
    """Whether there is still something to ask this visitor."""
    return made() is None and not has_signal()


def allows_analytics() -> bool:
    choice = made()
    return choice is not None and choice.has_analytics and not has_signal()


def keep(choice: Choice) -> None:
    """Let a choice count from now on, in this browser and for who is signed in; a no takes the visitor's number away."""
    person = current_person()
    if person is not None:
        choosing.choose(person_id=person.person_id, choice=choice)
    if not choice.has_analytics:
        for trace in TRACES:
            session.pop(trace, None)

    @after_this_request
    def _set(response: Response) -> Response:
        response.set_cookie(
            COOKIE,
            choice.text(),
            max_age=LASTS,
            httponly=True,
            samesite="Lax",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
        )
        return response
