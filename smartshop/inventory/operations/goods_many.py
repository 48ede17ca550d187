"""One change to many products at once, written as a product sheet: the same checks, report and records."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from fractions import Fraction

from smartshop.catalog.queries import sheet as queries
from smartshop.catalog.queries.sheet import Known
from smartshop.catalog.rules import editing
from smartshop.catalog.rules.sheet import ProductState, VariantState
from smartshop.inventory.operations import goods
from smartshop.kernel.audit import Actor
from smartshop.kernel.errors import Invalid
from smartshop.kernel.money import round_half_up, to_major
from smartshop.kernel.sheets import Report, Row, Sheet

MOST = 500
LARGEST_PERCENT = 500
Cell = Callable[[ProductState, VariantState], str]


@dataclass(frozen=True)
class Outcome:
    """What one change did, or would do, to how many of the products; ``refused`` says of which not, and why."""

    changed: int
    refused: tuple[tuple[str, str], ...]
    report: Report


def set_status(*, product_ids: Collection[int], status: str, currency: str, actor: Actor) -> Outcome:
    """Publish products, or make drafts of them.

    Raises Invalid.
    """
    return _written(product_ids, "status", lambda _product, _variant: status, currency, actor)


def set_category(*, product_ids: Collection[int], category_id: int, currency: str, actor: Actor) -> Outcome:
    """Move products into a category.

    Raises Invalid.
    """
    path = queries.surroundings(currency).paths.get(category_id)
    if path is None:
        raise Invalid("Choose one of the categories.", {"category": "Choose one of the categories."})
    return _written(product_ids, "category", lambda _product, _variant: path, currency, actor)


def look_at_prices(*, product_ids: Collection[int], percent: int, currency: str) -> Outcome:
    """What a change of the prices by so many per cent would do.

    Raises Invalid.
    """
    table, known = _sheet(product_ids, "price", _by_percent(percent, currency))
    return _outcome(goods.look(table, currency=currency), known)


def change_prices(
    *, product_ids: Collection[int], percent: int, seen: str, currency: str, actor: Actor
) -> Outcome:
    """Change the prices of products by so many per cent, half a minor unit up; ``seen`` is the mark of the report.

    Raises Invalid, and sheets.Moved when somebody changed a price meanwhile.
    """
    return _written(product_ids, "price", _by_percent(percent, currency), currency, actor, seen)


def _by_percent(percent: int, currency: str) -> Cell:
    if not percent or not -100 < percent <= LARGEST_PERCENT:
        text = f"Give a whole number of per cent from -99 to {LARGEST_PERCENT}, such as 5 or -10."
        raise Invalid(text, {"percent": text})

    def cell(_product: ProductState, variant: VariantState) -> str:
        minor = round_half_up(Fraction(variant.price_minor * (100 + percent), 100))
        return f"{to_major(min(minor, editing.HIGHEST_PRICE_MINOR), currency):f}"

    return cell


def _written(
    product_ids: Collection[int],
    column: str,
    cell: Cell,
    currency: str,
    actor: Actor,
    seen: str | None = None,
) -> Outcome:
    table, known = _sheet(product_ids, column, cell)
    return _outcome(goods.import_sheet(table, currency=currency, seen=seen, actor=actor), known)


def _sheet(product_ids: Collection[int], column: str, cell: Cell) -> tuple[Sheet, Known]:
    if not product_ids or len(product_ids) > MOST:
        text = f"Tick at least one product, and at most {MOST}."
        raise Invalid(text, {"product": text})
    known = queries.known(sorted(product_ids))
    pairs = [
        (known.products[key], variant) for key in sorted(known.products) for variant in known.variants[key]
    ]
    rows = tuple(
        Row(number, (variant.sku, cell(product, variant)))
        for number, (product, variant) in enumerate(pairs, start=2)
    )
    return Sheet(("sku", column), rows), known


def _outcome(report: Report, known: Known) -> Outcome:
    """By product: one whose rows were refused did not change, unless another row of it did."""
    refused = {known.by_sku[found.row.cells[0]]: found.reason for found in report.rejected}
    lacking = [key for key, variants in known.variants.items() if not variants]
    refused |= dict.fromkeys(lacking, "It has no variant. Add one first.")
    names = tuple((known.products[key].name, reason) for key, reason in sorted(refused.items()))
    return Outcome(len(known.products) - len(refused), names, report)
