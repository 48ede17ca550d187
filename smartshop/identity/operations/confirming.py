"""Proving once more who one is, before something dangerous."""

from datetime import timedelta

from smartshop.identity.operations import sign_ins, two_factor
from smartshop.identity.operations.two_factor import Proof, TooManyTries
from smartshop.kernel import allowances, audit
from smartshop.kernel.audit import Actor
from smartshop.kernel.errors import Invalid
from smartshop.kernel.sealing import Seal
from smartshop.kernel.uow import unit_of_work

MOST = 20
PER = timedelta(hours=1)


def confirm(
    *, person_id: int, token: str, proof: Proof, seal: Seal, password_cost: int, actor: Actor
) -> None:
    """Take the password, and a code where the second factor is on; the sign-in of this token opens more for a while.

    Raises Invalid by field, and TooManyTries.
    """
    if not allowances.spend(name=f"confirm:{person_id}", most=MOST, per=PER):
        raise TooManyTries("There were too many tries for this account. Wait an hour, then try again.")
    try:
        two_factor.require(person_id=person_id, proof=proof, seal=seal, password_cost=password_cost)
    except Invalid:
        _note("sign_in.not_confirmed", person_id, actor)
        raise
    with unit_of_work():
        sign_ins.confirm(token=token)
        _note("sign_in.confirmed", person_id, actor)


def _note(action: str, person_id: int, actor: Actor) -> None:
    with unit_of_work():
        audit.record(actor=actor, action=action, subject=f"person:{person_id}")
