"""What people find in their mailboxes: the queued letters, written out as they would be sent."""

import re

import sqlalchemy as sa
from flask import current_app

from smartshop.kernel.config import ROOT
from smartshop.kernel.extensions import db
from smartshop.kernel.sealing import Seal
from smartshop.messaging.models import Email
from smartshop.messaging.rules import letters
from smartshop.messaging.rules.letters import Letter

TEMPLATES = ROOT / "templates" / "email"
SHOP = {"shop_name": "SmartShop", "base_url": "https://shop.example"}


def kinds_sent_to(recipient: str) -> list[str]:
    """The kinds of the letters to this address, in order."""
    db.session.rollback()
    kinds = list(
        db.session.scalars(sa.select(Email.kind).where(Email.recipient == recipient).order_by(Email.id))
    )
    db.session.rollback()
    return kinds


def newest_letter_to(recipient: str) -> Letter:
    """The last letter to this address."""
    db.session.rollback()
    email = db.session.scalars(
        sa.select(Email).where(Email.recipient == recipient).order_by(Email.id.desc()).limit(1)
    ).one()
    kind, facts = email.kind, dict(email.facts)
    db.session.rollback()
    opened = Seal(current_app.config["SECRET_KEY"]).opened(facts)
    return letters.render(TEMPLATES, kind, {**SHOP, **opened})


def code_sent_to(recipient: str) -> str:
    """The code in the last letter to this address."""
    found = re.search(r"^\s*(\d{8})\s*$", newest_letter_to(recipient).text, flags=re.MULTILINE)
    assert found is not None, f"the last letter to {recipient} holds no code"
    return found[1]
