"""A person's authenticator app, and accounts that have one."""

from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app
from pyotp import TOTP

from smartshop.identity.models import TwoFactor
from smartshop.identity.operations import two_factor
from smartshop.identity.operations.two_factor import Proof
from smartshop.identity.queries import second_factors
from smartshop.kernel import clock
from smartshop.kernel.audit import SYSTEM
from smartshop.kernel.extensions import db
from smartshop.kernel.sealing import Seal
from smartshop.kernel.uow import unit_of_work
from smartshop.messaging.operations import outbox
from tests.databases import CHEAP_PASSWORDS
from tests.factories import PASSWORD


def seal() -> Seal:
    return Seal(current_app.config["SECRET_KEY"])


@dataclass(frozen=True)
class Phone:
    """An app that has scanned the secret."""

    secret: str

    def code(self, steps: int = 0) -> str:
        """What it shows now, or would this many half minutes later."""
        return TOTP(self.secret).at(clock.now(), counter_offset=steps)


def set_up(person_id: int, *, token: str = "") -> tuple[Phone, list[str]]:
    """Turn the second factor on; the phone and the recovery codes. Its first code can be used again."""
    two_factor.begin(person_id=person_id)
    secret = second_factors.secret_to_confirm(person_id, seal())
    assert secret is not None
    phone = Phone(secret)
    _token, codes = two_factor.confirm(
        person_id=person_id,
        proof=Proof(PASSWORD, phone.code()),
        seal=seal(),
        password_cost=CHEAP_PASSWORDS,
        token=token,
        actor=SYSTEM,
        post=outbox.enqueue,
    )
    with unit_of_work():
        db.session.execute(sa.update(TwoFactor).values(last_step=0))
    return phone, codes
