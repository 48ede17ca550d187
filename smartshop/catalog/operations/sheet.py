"""The product sheet: what it would do, and doing it. ``inventory.operations.goods`` calls this with the stock of it."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from smartshop.catalog.models import Product, Variant
from smartshop.catalog.operations import listing
from smartshop.catalog.queries import sheet as queries
from smartshop.catalog.queries.sheet import Known
from smartshop.catalog.rules import sheet, sheet_plan, wording
from smartshop.catalog.rules.sheet import BadCell, ProductState, Surroundings
from smartshop.catalog.rules.sheet_plan import Line, Plan
from smartshop.kernel import audit, clock, sheets
from smartshop.kernel.errors import Conflict
from smartshop.kernel.extensions import db
from smartshop.kernel.sheets import Rejection, Report, Sheet

EXAMPLES = 20


@dataclass(frozen=True)
class Planned:
    """What a sheet would do: a plan a product, and the report of it."""

    plans: tuple[Plan, ...]
    report: Report
    around: Surroundings


@dataclass(frozen=True)
class Written:
    """The products that were touched, and the variants that are new."""

    product_ids: list[int]
    new_variant_ids: list[int]


def plan(table: Sheet, *, currency: str, is_held: bool = False) -> Planned:
    """What a sheet would do now; ``is_held`` keeps everybody else from its products until the commit.

    Raises UnreadableSheet.
    """
    sheets.check_columns(table.header, sheet.COLUMNS, ["sku"], sheet.is_column)
    lines, rejected = _lines(table)
    ids = queries.ids_named(
        slugs={line.cells.get("slug", "").strip() for line in lines},
        codes={line.cells.get("product_code", "").strip() for line in lines},
        skus={line.sku for line in lines},
    )
    if is_held:
        for start in range(0, len(ids), listing.BATCH):
            listing.hold(ids[start : start + listing.BATCH])
    known, around = queries.known(ids), queries.surroundings(currency)
    groups: dict[object, list[Line]] = defaultdict(list)
    for line in lines:
        owner = _owner(line, known)
        if isinstance(owner, Rejection):
            rejected.append(owner)
        else:
            groups[owner].append(line)
    plans = tuple(
        sheet_plan.plan(
            known.products[key] if isinstance(key, int) else ProductState(None, attributes={}),
            known.variants[key] if isinstance(key, int) else [],
            group,
            around,
        )
        for key, group in groups.items()
    )
    rejected += [found for one in plans for found in one.rejected]
    rejected.sort(key=lambda found: found.row.number)
    return Planned(plans, _report(table, plans, rejected, around), around)


def _lines(table: Sheet) -> tuple[list[Line], list[Rejection]]:
    """The rows with a code of their own; what is no code, or there already, is rejected."""
    lines, rejected, first = [], [], dict[str, int]()
    for row in table.rows:
        if any(cell.strip() for cell in row.cells[len(table.header) :]):
            rejected.append(Rejection(row, "", "The row has more cells than the header has columns."))
            continue
        cells = sheets.given_cells(table.header, row)
        try:
            code = sheet.sku(cells.get("sku", ""))
        except BadCell as bad:
            rejected.append(Rejection(row, "sku", str(bad)))
            continue
        if first.setdefault(code, row.number) != row.number:
            rejected.append(Rejection(row, "sku", f"Row {first[code]} has the same code. Keep one of them."))
            continue
        lines.append(Line(row, cells, code))
    return lines, rejected


def _owner(line: Line, known: Known) -> object:
    """The id of the line's product, a name for a new one, or why it has none."""
    slug, code = line.cells.get("slug", "").strip(), line.cells.get("product_code", "").strip()
    of_slug, of_code, of_sku = known.by_slug.get(slug), known.by_code.get(code), known.by_sku.get(line.sku)
    named = of_slug or of_code
    if of_slug and of_code and of_slug != of_code:
        return Rejection(line.row, "product_code", f"Another product has this code: {_name(known, of_code)}.")
    if of_sku and named and of_sku != named:
        return Rejection(line.row, "sku", f"This code belongs to another product: {_name(known, of_sku)}.")
    return of_sku or named or (("code", code) if code else ("slug", slug) if slug else ("sku", line.sku))


def _name(known: Known, product_id: int) -> str:
    return known.products[product_id].name


def _report(
    table: Sheet, plans: Sequence[Plan], rejected: Sequence[Rejection], around: Surroundings
) -> Report:
    counts, mark, examples = Counter[str](), hashlib.sha256(), list[tuple[str, str, str, str]]()
    for one in plans:
        mark.update(repr((one.before, one.after)).encode() if one.does_something else b"")
        for staged in one.staged:
            is_changed = staged.before != staged.after or one.before != one.after
            counts["added" if staged.before.id is None else "changed" if is_changed else "unchanged"] += 1
            mark.update(repr((staged.before, staged.after)).encode() if is_changed else b"")
            if is_changed and len(examples) < EXAMPLES:
                examples += _differences(one, staged, around)
    mark.update(repr([(found.row.number, found.column) for found in rejected]).encode())
    return Report(
        header=table.header,
        added=counts["added"],
        changed=counts["changed"],
        unchanged=counts["unchanged"],
        rejected=tuple(rejected),
        notes=table.notes,
        seen=mark.hexdigest(),
        examples=tuple(examples[:EXAMPLES]),
    )


def _differences(
    one: Plan, staged: sheet_plan.Staged, around: Surroundings
) -> Iterator[tuple[str, str, str, str]]:
    for column in staged.line.cells:
        before = sheet.text_of(column, one.before, staged.before, around) if staged.before.id else ""
        after = sheet.text_of(column, one.after, staged.after, around)
        if before != after and column != "sku":
            yield staged.line.sku, column, before, after


def write(planned: Planned, *, actor: audit.Actor) -> Written:
    """Do it, inside the caller's unit of work, with what lists and searches know of it and a record a product.

    Raises Conflict when somebody took a code or an address at the same moment.
    """
    doing = [one for one in planned.plans if one.does_something]
    try:
        product_ids = _write_products(doing)
        new = _write_variants(doing, product_ids)
    except IntegrityError as error:
        raise Conflict(
            "Somebody took one of these codes at the same moment. Look at the file again."
        ) from error
    listing.refresh(product_ids)
    audit.record_many(actor=actor, entries=map(_entry, product_ids, doing))
    return Written(product_ids, new)


def _write_products(doing: Sequence[Plan]) -> list[int]:
    """The ids of the products of these plans, new ones made."""
    now = clock.now()
    new = [one for one in doing if one.is_new]
    taken = set(db.session.scalars(sa.select(Product.slug))) if new else set[str]()
    rows = []
    for one in new:
        slug = one.after.slug
        slug = slug if slug and slug not in taken else wording.unique_slug(slug or one.after.name, "", taken)
        taken.add(slug)
        rows.append({**_columns(one.after), "slug": slug, "created_at": now, "updated_at": now})
    if rows:
        db.session.execute(sa.insert(Product), rows)
    made = iter(queries.ids_by_slug([str(row["slug"]) for row in rows]))
    changed = [
        {
            **_columns(one.after),
            "product_id": one.before.id,
            "updated_at": max(now, (one.before.updated_at or now) + timedelta(microseconds=1)),
        }
        for one in doing
        if not one.is_new
    ]
    _update(Product.__table__, "product_id", changed)
    return [next(made) if one.before.id is None else one.before.id for one in doing]


def _columns(product: ProductState) -> dict[str, Any]:
    return {
        "external_code": product.product_code,
        "name": product.name,
        "description": product.description,
        "category_id": product.category_id,
        "status": product.status,
        "attributes": dict(product.attributes or {}),
        "tax_class": product.tax_class,
    }


def _write_variants(doing: Sequence[Plan], product_ids: Sequence[int]) -> list[int]:
    """Write the variants of these plans; the ids of the new ones."""
    new, changed = [], []
    for product_id, one in zip(product_ids, doing, strict=True):
        for variant in sheet_plan.placed(one):
            values = vars(replace(variant)) | {
                "product_id": product_id,
                "options": dict(variant.options or {}),
            }
            values.pop("id")
            new.append(values)
        for staged in one.staged:
            if staged.after.id is not None and staged.before != staged.after:
                values = vars(replace(staged.after)) | {"options": dict(staged.after.options or {})}
                changed.append({"variant_id": values.pop("id"), **values})
    _update(Variant.__table__, "variant_id", changed)
    return list(db.session.scalars(sa.insert(Variant).returning(Variant.id), new)) if new else []


def _update(table: Any, key: str, rows: Sequence[dict[str, Any]]) -> None:
    """Set these columns of these rows, many at a time."""
    if not rows:
        return
    names = [name for name in rows[0] if name != key]
    values = {name: sa.bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
    statement = sa.update(table).where(table.c.id == sa.bindparam(key)).values(values)
    told = [{key: row[key], **{f"new_{name}": row[name] for name in names}} for row in rows]
    db.session.connection().execute(statement, told)


def _entry(product_id: int, one: Plan) -> audit.Entry:
    """What the audit log keeps of a plan: only what differs."""
    old, new = _columns(one.before), _columns(one.after)
    names = [name for name in new if old[name] != new[name]]
    before, after = {name: old[name] for name in names}, {name: new[name] for name in names}
    for staged in one.staged:
        kept, wanted = vars(staged.before), vars(staged.after)
        for name in (name for name in wanted if name not in {"id", "sku", "position"}):
            if kept[name] != wanted[name] or staged.before.id is None:
                after[f"{staged.line.sku} {name}"] = wanted[name]
                before |= {f"{staged.line.sku} {name}": kept[name]} if staged.before.id else {}
    action = "product.created" if one.is_new else "product.changed"
    return audit.Entry(action, f"product:{product_id}", {} if one.is_new else before, after, "sheet")
