"""Mailed codes: issuing one, trying one, using one. Five tries a code, few codes a day, one use."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from smartshop.identity.models import OneTimeCode
from smartshop.identity.rules import one_time
from smartshop.identity.rules.one_time import Purpose
from smartshop.kernel import allowances, audit, clock, codes, sealing
from smartshop.kernel.errors import DomainError
from smartshop.kernel.extensions import db
from smartshop.kernel.sealing import Seal
from smartshop.kernel.uow import unit_of_work

NOTHING = "0" * 32


class WrongCode(DomainError):
    """The code is wrong, used, replaced, too old, or was tried too often; which of them is not said."""

    code = "wrong_code"
    status = 422


@dataclass(frozen=True)
class Right:
    """A code that was right a moment ago: ``use`` it together with what it opens."""

    code_id: int
    salt: str
    email: str
    person_id: int | None
    facts: dict[str, Any]


def issue(
    *,
    purpose: Purpose,
    subject: str,
    email: str,
    person_id: int | None = None,
    facts: dict[str, Any] | None = None,
) -> dict[str, Any] | None:
    """Replace the subject's code by a new one; returns the fact that stands for it in an e-mail.

    None when this subject or this address has had its codes for the hour or the day: the last one stays as it is.
    """
    with unit_of_work():
        if not (_may_have_one(purpose, subject) and (subject == email or _may_have_one(purpose, email))):
            return None
        moment, salt = clock.now(), sealing.salt()
        values = {
            "email": email,
            "person_id": person_id,
            "salt": salt,
            "tries": 0,
            "created_at": moment,
            "expires_at": moment + one_time.LASTS,
            "used_at": None,
            "facts": facts or {},
        }
        statement = _insert().values(purpose=purpose.value, subject=subject, **values)
        db.session.execute(
            statement.on_conflict_do_update(index_elements=["purpose", "subject"], set_=values)
        )
        return sealing.sealed("code", purpose.value, salt)


def _may_have_one(purpose: Purpose, subject: str) -> bool:
    name = f"code:{purpose.value}:{codes.fingerprint(subject)}"
    windows = ((one_time.PER_HOUR, timedelta(hours=1), "hour"), (one_time.PER_DAY, timedelta(days=1), "day"))
    return all(allowances.spend(name=f"{name}:{unit}", most=most, per=per) for most, per, unit in windows)


def attempt(*, purpose: Purpose, subject: str, code: str, seal: Seal) -> Right:
    """Spend one try on the subject's code, in a transaction of its own: a refusal later does not give it back.

    Raises WrongCode. The work is the same whether there is such a code or not.
    """
    live = sa.and_(
        OneTimeCode.purpose == purpose.value,
        OneTimeCode.subject == subject,
        OneTimeCode.used_at.is_(None),
        OneTimeCode.expires_at > clock.now(),
        OneTimeCode.tries < one_time.MOST_TRIES,
    )
    with unit_of_work():
        row = db.session.execute(
            sa.update(OneTimeCode)
            .where(live)
            .values(tries=OneTimeCode.tries + 1)
            .returning(
                OneTimeCode.id, OneTimeCode.salt, OneTimeCode.email, OneTimeCode.person_id, OneTimeCode.facts
            )
            .execution_options(synchronize_session=False)
        ).one_or_none()
    expected = seal.code(purpose.value, row.salt if row else NOTHING)
    is_right = sealing.is_same(expected, one_time.digits_of(code))
    if row is None or not is_right:
        raise wrong(row.person_id if row else None)
    return Right(row.id, row.salt, row.email, row.person_id, row.facts)


def use(right: Right) -> None:
    """Spend the code, inside the unit of work of what it opens.

    Raises WrongCode when somebody else has used it, or it was replaced.
    """
    done: Any = db.session.execute(
        sa.update(OneTimeCode)
        .where(OneTimeCode.id == right.code_id, OneTimeCode.salt == right.salt, OneTimeCode.used_at.is_(None))
        .values(used_at=clock.now(), facts={})
        .execution_options(synchronize_session=False)
    )
    if not done.rowcount:
        raise wrong()


def wrong(person_id: int | None = None) -> WrongCode:
    """The one answer to every code that opens nothing; whose it was is for the log alone."""
    message = "That code is not right, or no longer valid. Check it, or ask for a new one."
    return WrongCode(message, person_id=person_id)


def note_wrong(error: WrongCode, purpose: Purpose, address: str) -> None:
    """Keep a wrong code in the audit log, in a transaction of its own."""
    person_id = error.facts.get("person_id")
    with unit_of_work():
        audit.record(
            actor=audit.Actor(None, "visitor", address),
            action="code.wrong",
            subject=f"person:{person_id}" if person_id else "person",
            after={"purpose": purpose.value},
        )


def _insert() -> Any:
    dialect: Any = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    return dialect.insert(OneTimeCode)
