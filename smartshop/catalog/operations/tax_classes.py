"""Making, renaming and removing the classes that products are taxed by."""

from itertools import count

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from smartshop.catalog.models import Product, TaxClass
from smartshop.catalog.rules import tax_classes as rules
from smartshop.catalog.rules import wording
from smartshop.kernel import audit
from smartshop.kernel.errors import Conflict, Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work


def add(*, name: str, actor: audit.Actor) -> str:
    """A new class; returns its code, which is made of the name and stays.

    Raises Invalid.
    """
    tidy = rules.checked_name(name)
    try:
        with unit_of_work():
            taken = set(db.session.scalars(sa.select(TaxClass.code)))
            code = _free_code(tidy, taken)
            db.session.add(TaxClass(code=code, name=tidy))
            db.session.flush()
            audit.record(
                actor=actor, action="tax_class.added", subject=f"tax_class:{code}", after={"name": tidy}
            )
    except IntegrityError as error:
        raise _taken() from error
    return code


class OutOfDate(Conflict):
    """Somebody else renamed the class meanwhile."""

    code = "out_of_date"


def rename(*, code: str, seen: str, name: str, actor: audit.Actor) -> None:
    """Call a class something else; ``seen`` is the name that the page showed.

    Raises Invalid, NotFound and OutOfDate.
    """
    tidy = rules.checked_name(name)
    try:
        with unit_of_work():
            row = _locked(code)
            if row.name == tidy:
                return
            _refuse_unseen(row, seen)
            before, row.name = row.name, tidy
            db.session.flush()
            audit.record(
                actor=actor,
                action="tax_class.renamed",
                subject=f"tax_class:{code}",
                before={"name": before},
                after={"name": tidy},
            )
    except IntegrityError as error:
        raise _taken() from error


def remove(*, code: str, seen: str, actor: audit.Actor) -> None:
    """Remove a class that no product is of and no delivery is taxed by; orders keep what they were taxed.

    ``seen`` is the name that the page showed. Raises NotFound, Conflict and OutOfDate.
    """
    if code == rules.STANDARD:
        raise Conflict("The standard class stays: whatever has no class of its own is taxed by it.")
    try:
        with unit_of_work():
            row = _locked(code)
            _refuse_unseen(row, seen)
            name = row.name
            used = db.session.scalar(
                sa.select(sa.func.count()).select_from(Product).where(Product.tax_class == code)
            )
            if used:
                raise Conflict(f"{used} of the products are of this class. Give them another one first.")
            db.session.execute(sa.delete(TaxClass).where(TaxClass.code == code))
            audit.record(
                actor=actor, action="tax_class.removed", subject=f"tax_class:{code}", before={"name": name}
            )
    except IntegrityError as error:
        raise Conflict(
            "Delivery to some country is taxed by this class. Choose another there first."
        ) from error


def _refuse_unseen(row: TaxClass, seen: str) -> None:
    """Raises OutOfDate when a locked class is no longer called what somebody saw."""
    if row.name != seen:
        raise OutOfDate(
            f"Somebody else renamed this class since you opened the page: it is “{row.name}” now, no more “{seen}”. "
            "Look at it, and send it again if you still want to."
        )


def _locked(code: str) -> TaxClass:
    """The class, kept as it is until the commit: a product that takes it and its removal come one after the other.

    Raises NotFound.
    """
    row = db.session.scalar(
        sa.select(TaxClass)
        .where(TaxClass.code == code)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound("There is no such tax class.")
    return row


def _free_code(name: str, taken: set[str]) -> str:
    stem = (wording.slug(name))[: rules.LONGEST_CODE - 4]
    return next(
        code for code in (f"{stem}-{number}" if number else stem for number in count()) if code not in taken
    )


def _taken() -> Invalid:
    text = "There is a class of this name already."
    return Invalid(text, {"name": text})
