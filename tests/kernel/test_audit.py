from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from smartshop.kernel import audit
from smartshop.kernel.audit import SYSTEM, Actor, AuditRecord
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work


def records() -> list[AuditRecord]:
    return list(db.session.scalars(sa.select(AuditRecord).order_by(AuditRecord.id)))


def test_a_record_says_who_did_what_to_what_when_and_why(any_app: Flask) -> None:
    moment = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    with time_machine.travel(moment, tick=False), unit_of_work():
        audit.record(
            actor=Actor(7, "ada@example.com", "203.0.113.9"),
            action="product.renamed",
            subject="product:4",
            before={"name": "Mug"},
            after={"name": "Cup"},
            reason="a typo",
        )
        audit.record(actor=SYSTEM, action="order.moved", subject="order:X")
    db.session.expire_all()
    first, second = records()
    assert (first.at, first.actor_id, first.actor_label, first.address) == (
        moment,
        7,
        "ada@example.com",
        "203.0.113.9",
    )
    assert (first.action, first.subject, first.reason) == ("product.renamed", "product:4", "a typo")
    assert (first.before, first.after) == ({"name": "Mug"}, {"name": "Cup"})
    assert (second.actor_id, second.actor_label, second.before, second.after) == (None, "system", {}, {})


def test_what_did_not_happen_leaves_no_record(any_app: Flask) -> None:
    with pytest.raises(KeyError), unit_of_work():
        audit.record(actor=SYSTEM, action="order.moved", subject="order:X")
        raise KeyError
    assert records() == []
