from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from sqlalchemy.exc import IntegrityError

from smartshop.kernel import audit
from smartshop.kernel.audit import SYSTEM, Actor, AuditRecord, AuditRedaction
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


CHANGES = ("UPDATE audit_records SET reason = 'another'", "DELETE FROM audit_records")


@pytest.mark.parametrize("statement", CHANGES)
def test_the_database_refuses_to_change_or_delete_a_record(any_app: Flask, statement: str) -> None:
    with unit_of_work():
        audit.record(actor=SYSTEM, action="order.moved", subject="order:X", reason="as it was")
    with pytest.raises(IntegrityError, match="append-only"), unit_of_work():
        db.session.execute(sa.text(statement))
    assert [record.reason for record in records()] == ["as it was"]


def test_postgresql_refuses_to_empty_the_log(postgres_app: Flask) -> None:
    with unit_of_work():
        audit.record(actor=SYSTEM, action="order.moved", subject="order:X")
    with pytest.raises(IntegrityError, match="append-only"), unit_of_work():
        db.session.execute(sa.text("TRUNCATE audit_records"))
    assert len(records()) == 1


def test_a_redaction_takes_a_name_out_and_leaves_a_trace(any_app: Flask) -> None:
    with unit_of_work():
        audit.record(actor=Actor(7, "ada@example.com"), action="order.moved", subject="order:X")
    with unit_of_work(), audit.redaction():
        db.session.execute(sa.update(AuditRecord).values(actor_label="person 7", subject="order:Y"))
    [record] = records()
    assert (record.actor_label, record.subject, record.action) == ("person 7", "order:Y", "order.moved")
    assert db.session.scalars(sa.select(AuditRedaction.is_open)).all() == [False]
    db.session.rollback()
    with pytest.raises(IntegrityError), unit_of_work():
        db.session.execute(sa.update(AuditRecord).values(actor_label="somebody"))


@pytest.mark.parametrize(
    "change", [{"action": "order.lost"}, {"at": datetime(2020, 1, 1, tzinfo=UTC)}], ids=["action", "at"]
)
def test_a_redaction_changes_neither_what_was_done_nor_when(
    any_app: Flask, change: dict[str, object]
) -> None:
    with unit_of_work():
        audit.record(actor=SYSTEM, action="order.moved", subject="order:X")
    with pytest.raises(IntegrityError), unit_of_work(), audit.redaction():
        db.session.execute(sa.update(AuditRecord).values(**change))
    with pytest.raises(IntegrityError), unit_of_work(), audit.redaction():
        db.session.execute(sa.delete(AuditRecord))
    assert db.session.scalars(sa.select(AuditRedaction)).all() == []
    assert [record.action for record in records()] == ["order.moved"]
