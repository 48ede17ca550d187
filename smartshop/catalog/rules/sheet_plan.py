"""What the rows of a product sheet would do to one product, decided over all of its rows together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from smartshop.catalog.rules import sheet
from smartshop.catalog.rules.sheet import BadCell, ProductState, Surroundings, VariantState
from smartshop.kernel.sheets import Rejection, Row


@dataclass(frozen=True)
class Line:
    """A row with its cells by column and the code of its variant."""

    row: Row
    cells: Mapping[str, str]
    sku: str


@dataclass(frozen=True)
class Staged:
    """A line with its variant as it is to be, and the product's cells that differ from what there is."""

    line: Line
    before: VariantState
    after: VariantState
    product_cells: Mapping[str, str]


@dataclass(frozen=True)
class Plan:
    """One product before and after, the lines that are taken and those that are not."""

    before: ProductState
    after: ProductState
    staged: tuple[Staged, ...]
    rejected: tuple[Rejection, ...]

    @property
    def is_new(self) -> bool:
        return self.before.id is None

    @property
    def does_something(self) -> bool:
        return bool(self.staged) and (
            self.before != self.after or any(s.before != s.after for s in self.staged)
        )


def plan(
    product: ProductState, variants: Sequence[VariantState], lines: Sequence[Line], around: Surroundings
) -> Plan:
    """Take every line that can be: a line that is wrong is left out, and the others are looked at again without it."""
    rejected: list[Rejection] = []
    staged: list[Staged] = []
    by_sku = {variant.sku: variant for variant in variants}
    place = max((variant.position for variant in variants), default=-1) + 1
    for line in lines:
        before = by_sku.get(line.sku) or VariantState(None, line.sku, options={}, position=place)
        found = _staged(line, product, before, around)
        if isinstance(found, Rejection):
            rejected.append(found)
        else:
            staged.append(found)
    while True:
        after, wrong = _merged(product, staged, around)
        wrong = wrong or _unsound(after, variants, staged)
        if not wrong:
            return Plan(product, after if staged else product, tuple(staged), tuple(rejected))
        rejected += wrong
        dropped = {id(found.row) for found in wrong}
        staged = [found for found in staged if id(found.line.row) not in dropped]


def _staged(
    line: Line, product: ProductState, before: VariantState, around: Surroundings
) -> Staged | Rejection:
    """The line with its own cells read; a cell that says what there is already says nothing."""
    after, told = before, {}
    for column, text in line.cells.items():
        is_known = product.id is not None if sheet.is_of_product(column) else before.id is not None
        if column == "sku" or (is_known and text == sheet.text_of(column, product, before, around)):
            continue
        try:
            if sheet.is_of_product(column):
                sheet.with_product_cell(product, column, text, around)
                told[column] = text
            else:
                after = sheet.with_variant_cell(after, column, text, around)
        except BadCell as bad:
            return Rejection(line.row, column, str(bad))
    if before.id is None and not line.cells.get("price", "").strip():
        return Rejection(line.row, "price", "A new variant needs a price.")
    if product.id is not None and told.get("slug", "").strip():
        return Rejection(
            line.row, "slug", f"The address of this product is {product.slug}. It cannot change here."
        )
    return Staged(line, before, after, told)


def _merged(
    product: ProductState, staged: Sequence[Staged], around: Surroundings
) -> tuple[ProductState, list[Rejection]]:
    """The product with every line's cells; a line that contradicts one before it is wrong.

    An empty cell says nothing when another row of the product fills it in.
    """
    said, wrong = dict[str, tuple[ProductState, int]](), list[Rejection]()
    for found in staged:
        for column, text in found.line.cells.items():
            if not sheet.is_of_product(column) or not text.strip():
                continue
            is_news = column in found.product_cells
            says = sheet.with_product_cell(product, column, text, around) if is_news else product
            told, first = said.setdefault(column, (says, found.line.row.number))
            if told != says:
                reason = f"Row {first} says something else of the same product. Say the same in both."
                wrong.append(Rejection(found.line.row, column, reason))
                break
    after = product
    for found in staged:
        for column, text in found.product_cells.items():
            if text.strip() or column not in said:
                after = sheet.with_product_cell(after, column, text, around)
    return after, wrong


def _unsound(
    product: ProductState, variants: Sequence[VariantState], staged: Sequence[Staged]
) -> list[Rejection]:
    """The lines that would leave the product in a state that no page lets staff save."""
    lacking = sheet.missing(product)
    if lacking:
        return [Rejection(found.line.row, *lacking) for found in staged]
    final = {variant.sku: variant for variant in variants} | {found.line.sku: found.after for found in staged}
    wrong = sheet.wrong_variant(product, list(final.values()))
    if wrong is None:
        return []
    sku, column, reason = wrong
    own = [found for found in staged if found.line.sku == sku]
    blamed = own or list(staged)
    words = reason if own or not sku else f"{sku}: {reason}"
    return [Rejection(found.line.row, column, words) for found in blamed]


def placed(found: Plan) -> list[VariantState]:
    """The new variants of a plan with positions behind those there are."""
    new = [staged.after for staged in found.staged if staged.after.id is None]
    first = new[0].position if new else 0
    return [replace(variant, position=first + place) for place, variant in enumerate(new)]
