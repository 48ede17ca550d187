"""What countries tax: kept, changed and removed. Orders keep what they were taxed."""

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from smartshop.kernel import audit
from smartshop.kernel.errors import Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.pricing.models.tax import TaxArea, TaxRate
from smartshop.pricing.operations import revising
from smartshop.pricing.rules import areas
from smartshop.pricing.rules.areas import AreaFacts

TAKEN = "This country has its taxes already. Change those."


def add(*, facts: AreaFacts, countries: frozenset[str], actor: audit.Actor) -> int:
    """Keep the taxes of a country; returns the id.

    Raises Invalid.
    """
    tidy = areas.checked(facts, countries)
    try:
        with unit_of_work():
            row = TaxArea(**_columns(tidy))
            db.session.add(row)
            db.session.flush()
            _write_rates(row.id, tidy)
            audit.record(actor=actor, action="tax.added", subject=f"tax_area:{row.id}", after=tidy.plain())
    except IntegrityError as error:
        raise Invalid(TAKEN, {"country": TAKEN}) from error
    return row.id


def change(
    *, area_id: int, seen: int, facts: AreaFacts, countries: frozenset[str], actor: audit.Actor
) -> None:
    """Change the taxes of a country, from the next quote on; ``seen`` is the revision of the form.

    Raises Invalid, NotFound and OutOfDate.
    """
    tidy = areas.checked(facts, countries)
    try:
        with unit_of_work():
            is_claimed = revising.is_claimed(TaxArea, area_id, seen)
            row = _locked(area_id)
            if not is_claimed:
                raise revising.out_of_date("these taxes")
            before = _facts(row)
            for name, value in _columns(tidy).items():
                setattr(row, name, value)
            db.session.execute(sa.delete(TaxRate).where(TaxRate.area_id == area_id))
            _write_rates(area_id, tidy)
            audit.record(
                actor=actor,
                action="tax.changed",
                subject=f"tax_area:{area_id}",
                before=before,
                after=tidy.plain(),
            )
    except IntegrityError as error:
        raise Invalid(TAKEN, {"country": TAKEN}) from error


def remove(*, area_id: int, seen: int, actor: audit.Actor) -> None:
    """Tax a country like every other one, from the next quote on; ``seen`` is the revision of the page.

    Raises NotFound and OutOfDate.
    """
    with unit_of_work():
        is_claimed = revising.is_claimed(TaxArea, area_id, seen)
        before = _facts(_locked(area_id))
        if not is_claimed:
            raise revising.changed_since("these taxes")
        db.session.execute(sa.delete(TaxArea).where(TaxArea.id == area_id))
        audit.record(actor=actor, action="tax.removed", subject=f"tax_area:{area_id}", before=before)


def _locked(area_id: int) -> TaxArea:
    row = db.session.scalar(
        sa.select(TaxArea)
        .where(TaxArea.id == area_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound("There are no such taxes any more.")
    return row


def _columns(facts: AreaFacts) -> dict[str, object]:
    names = ("country", "name", "is_inclusive", "shipping_class")
    return {name: getattr(facts, name) for name in names}


def _write_rates(area_id: int, facts: AreaFacts) -> None:
    db.session.add_all(
        TaxRate(area_id=area_id, tax_class=tax_class, basis_points=rate)
        for tax_class, rate in facts.rates.items()
        if rate is not None
    )
    db.session.flush()


def _facts(row: TaxArea) -> dict[str, object]:
    rates = db.session.execute(
        sa.select(TaxRate.tax_class, TaxRate.basis_points).where(TaxRate.area_id == row.id)
    )
    kept = {rate.tax_class: rate.basis_points for rate in rates}
    return AreaFacts(row.country, row.name, row.is_inclusive, row.shipping_class, kept).plain()
