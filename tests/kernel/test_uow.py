import sqlite3
from contextlib import closing

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.identity.models import Person
from smartshop.kernel import clock
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work


def people() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Person)) or 0


def add(email: str) -> None:
    with unit_of_work():
        db.session.add(Person(email=email, created_at=clock.now()))


def test_a_unit_commits_once_at_its_outermost_end(any_app: Flask) -> None:
    with unit_of_work():
        add("one@example.com")
        add("two@example.com")
    db.session.rollback()
    assert people() == 2


def test_an_exception_takes_everything_back_and_runs_no_callback(any_app: Flask) -> None:
    ran: list[str] = []
    with pytest.raises(KeyError), unit_of_work() as unit:
        unit.after_commit(lambda: ran.append("callback"))
        add("one@example.com")
        raise KeyError
    assert people() == 0
    assert ran == []


def test_callbacks_run_after_the_commit_and_their_failure_undoes_nothing(any_app: Flask) -> None:
    seen: list[int] = []

    def fail() -> None:
        seen.append(people())
        raise ValueError("a callback failed")

    with unit_of_work() as unit:
        unit.after_commit(fail)
        unit.after_commit(lambda: seen.append(people()))
        add("one@example.com")
    assert seen == [1, 1]


def test_rows_changed_outside_a_unit_are_refused(any_app: Flask) -> None:
    db.session.add(Person(email="stray@example.com", created_at=clock.now()))
    with pytest.raises(RuntimeError, match="outside a unit of work"), unit_of_work():
        pass
    db.session.rollback()


def test_sqlite_writers_take_the_lock_at_begin_and_connections_keep_the_house_rules(app: Flask) -> None:
    pragmas = {
        name: db.session.execute(sa.text(f"PRAGMA {name}")).scalar()
        for name in ("journal_mode", "foreign_keys")
    }
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1}
    db.session.rollback()
    with unit_of_work():
        db.session.execute(sa.select(1))
        with closing(sqlite3.connect(db.engine.url.database or "", timeout=0)) as other:
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
