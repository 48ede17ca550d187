"""What the person of this request saved for later; a guest's wish waits in the session until they sign in."""

from contextlib import suppress

from flask import Flask, g, session

from smartshop.catalog.operations import wishing
from smartshop.catalog.queries import wishes
from smartshop.kernel.errors import NotFound
from smartshop.web.signing import current_person

WAITING = "wish"


def install(app: Flask) -> None:
    app.jinja_env.globals.update(wished=wished)


def wished() -> frozenset[int] | None:
    """The ids of what is saved, asked for once a request; None for a guest."""
    person = current_person()
    if person is None:
        return None
    if "wished" not in g:
        g.wished = wishes.saved_ids(person.person_id)
    found: frozenset[int] = g.wished
    return found


def wait(product_id: int) -> None:
    """Remember what a guest wants to save."""
    session[WAITING] = product_id


def bring_along(person_id: int) -> bool:
    """Save at sign-in what waited; whether something did, and is still sold."""
    product_id = session.pop(WAITING, None)
    if product_id is None:
        return False
    with suppress(NotFound):
        wishing.add(person_id=person_id, product_id=product_id)
        return True
    return False
