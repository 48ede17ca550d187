"""Coming in: what happens to the browser's session when somebody signs in or out."""

from flask import flash, session
from flask_babel import gettext as _

from smartshop.identity.operations import sign_ins
from smartshop.identity.operations.signing_in import Entry
from smartshop.messaging.operations import outbox
from smartshop.web import basket, signing, wishlist

KEPT = ("visitor", "visit", "country")


def enter(person_id: int, token: str, *, is_lasting: bool = False) -> None:
    """Begin a new session for this person, with what the guest's cart held."""
    merged, is_wish_saved = basket.bring_along(person_id), wishlist.bring_along(person_id)
    kept = {name: session[name] for name in KEPT if name in session}
    session.clear()
    session.update(kept)
    session.permanent = is_lasting
    signing.remember(token, is_lasting=is_lasting)
    if is_wish_saved:
        flash(_("Saved to your wishlist."), "success")
    if merged.clipped:
        flash(_("Some of what was in your cart is short: it holds what is left."), "warning")
    elif merged.lines:
        flash(_("What you had in your cart has come along."), "info")


def let_in(entry: Entry) -> None:
    """Begin the session of a sign-in that has just been opened, and know this browser from now on."""
    sign_ins.recognise(person_id=entry.person_id, door=signing.door(), post=outbox.enqueue)
    enter(entry.person_id, entry.token, is_lasting=entry.is_lasting)


def leave() -> None:
    """End this browser's session; nothing of the person stays behind in it."""
    signing.forget()
    kept = {name: session[name] for name in KEPT if name in session}
    remember = session.get("_remember")
    session.clear()
    session.update(kept)
    if remember:
        session["_remember"] = remember
