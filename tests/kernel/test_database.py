from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError, StatementError

from smartshop.identity.models import Person, RoleAssignment
from smartshop.kernel import clock
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work

KATHMANDU = timezone(timedelta(hours=5, minutes=45))


def stored(moment: datetime) -> datetime | None:
    """What is read back of a moment that was written down."""
    with unit_of_work():
        db.session.add(Person(email="moment@example.com", created_at=moment))
    return db.session.scalar(sa.select(Person.created_at))


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 20, 12, 13, 14, 987654, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 1, 0, 15, tzinfo=KATHMANDU),
    ],
)
def test_a_moment_comes_back_to_the_microsecond_and_in_utc(any_app: Flask, moment: datetime) -> None:
    read = stored(moment)
    assert read == moment
    assert read is not None
    assert read.tzinfo is UTC


def test_a_moment_without_a_time_zone_is_refused(any_app: Flask) -> None:
    naive = datetime(2026, 11, 20, 12)  # noqa: DTZ001
    with pytest.raises(StatementError, match="needs a time zone"):
        stored(naive)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 0


def test_moments_compare_and_sort_alike_on_both_databases(any_app: Flask) -> None:
    early, late = datetime(2026, 1, 1, 0, 15, tzinfo=KATHMANDU), datetime(2025, 12, 31, 18, 31, tzinfo=UTC)
    with unit_of_work():
        db.session.add_all(
            [
                Person(email="late@example.com", created_at=late),
                Person(email="early@example.com", created_at=early),
            ]
        )
    emails = sa.select(Person.email).order_by(Person.created_at)
    assert db.session.scalars(emails).all() == ["early@example.com", "late@example.com"]
    assert db.session.scalars(emails.where(Person.created_at > early)).all() == ["late@example.com"]


def test_a_row_that_points_nowhere_is_refused(any_app: Flask) -> None:
    with pytest.raises(IntegrityError), unit_of_work():
        db.session.add(RoleAssignment(person_id=4711, role_id=1, granted_at=clock.now()))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RoleAssignment)) == 0


def test_what_the_constraints_forbid_no_code_can_write(any_app: Flask) -> None:
    for wrong in (
        Person(email="Capital@example.com", created_at=clock.now()),
        Person(email=None, password_hash="scrypt", created_at=clock.now()),
    ):
        with pytest.raises(IntegrityError), unit_of_work():
            db.session.add(wrong)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 0
