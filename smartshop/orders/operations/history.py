"""Import an order history: read and decide everything, then write it in one transaction or not at all."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from babel.numbers import list_currencies
from sqlalchemy.exc import IntegrityError

from smartshop.catalog.operations import bulk as catalog_bulk
from smartshop.identity.operations import bulk as identity_bulk
from smartshop.inventory.operations import bulk as inventory_bulk
from smartshop.kernel import audit, clock, cycles
from smartshop.kernel.errors import Conflict, Invalid
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.operations import history_moving, history_rejects, history_writing, popularity
from smartshop.orders.operations.history_reading import ReadLines, read_lines
from smartshop.orders.operations.history_tables import Progress, without_progress
from smartshop.orders.queries import history as earlier_history
from smartshop.orders.rules.history import assembling, dates, judging
from smartshop.orders.rules.history.assembling import Buyer, HistoricOrder, SoldProduct
from smartshop.orders.rules.history.judging import Circumstances, Judged
from smartshop.orders.rules.history.lines import Reason
from smartshop.orders.rules.history.netting import Return, Sale

log = structlog.get_logger(__name__)


class NothingToImport(Invalid):
    """Not one line of the file can be kept."""

    code = "nothing_to_import"


class ChangedMeanwhile(Conflict):
    """Something else wrote what this import was about to write."""

    code = "changed_meanwhile"


@dataclass(frozen=True)
class Options:
    """How to read a file. ``currency`` is the shop's; ``stated_currency`` goes before what the file says."""

    currency: str
    stated_currency: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    is_day_first: bool = False
    shifts_dates: bool = False
    is_dry_run: bool = False
    rejects: Path | None = None
    actor: audit.Actor = audit.SYSTEM


@dataclass(frozen=True)
class ImportReport:
    """What was read, and what was added (with a dry run: would be). Revenue is before anything came back."""

    read: int
    kept: int
    rejected: Mapping[Reason, int]
    products: int
    customers: int
    orders: int
    revenue_minor: int
    currency: str
    seconds: float
    kept_by_kind: Mapping[str, int]
    returned_minor: int
    weeks_shifted: int
    notes: tuple[str, ...]
    rejects: Path | None

    def to_json(self) -> dict[str, object]:
        """The machine-readable part; only what is listed in the documentation."""
        rejected = {reason.value: count for reason, count in self.rejected.items()}
        return {
            "lines": {"read": self.read, "kept": self.kept, "rejected": rejected},
            "products": self.products,
            "customers": self.customers,
            "orders": self.orders,
            "revenue_minor": self.revenue_minor,
            "currency": self.currency,
            "seconds": self.seconds,
        }


@dataclass(frozen=True)
class _Plan:
    """Everything that will be written."""

    currency: str
    judged: Judged
    returns: Sequence[Return]
    orders: Sequence[HistoricOrder]
    products: Mapping[str, SoldProduct]
    buyers: Mapping[str, Buyer]
    weeks: int
    notes: tuple[str, ...]


@cycles.unsearched()
def import_history(*, path: Path, options: Options, progress: Progress = without_progress) -> ImportReport:
    """Add what a file of order lines tells and the shop does not know yet.

    Raises UnreadableFile, UnknownColumns, NothingToImport, MovedOtherwise, UnwritableRejects, ChangedMeanwhile; the
    database is then as before.
    """
    began = time.monotonic()
    read = read_lines(path, options.mapping, progress)
    if options.rejects is not None:
        history_rejects.check(options.rejects, path)
    plan = _plan(read, options)
    rejected = read.rejected | plan.judged.rejected
    listed = {number: reason for number, reason in rejected.items() if reason != Reason.ALREADY_IMPORTED}
    rejects = options.rejects if listed else None
    if rejects is not None:
        history_rejects.write(rejects, path, listed, read.encoding)
    if not plan.orders and not plan.returns and Reason.ALREADY_IMPORTED not in rejected.values():
        raise NothingToImport(_nothing(path, read, rejected, rejects))
    if (plan.orders or plan.returns) and not options.is_dry_run:
        _write(plan, path, options, progress)
    report = _report(read, plan, rejected, rejects, round(time.monotonic() - began, 2))
    log.info("history_imported", file=path.name, is_dry_run=options.is_dry_run, **report.to_json())
    return report


def _plan(read: ReadLines, options: Options) -> _Plan:
    currency, now = _currency(read, options), clock.now()
    reading = dates.read({line.date for line in read.lines}, dayfirst=options.is_day_first)
    given = Circumstances(currency, now, reading.moments, earlier_history.imported_invoices())
    judged = judging.judge(read.lines, given)
    weeks, moved = history_moving.weeks(
        judged, now, earlier_history.weeks_moved(), is_asked=options.shifts_dates
    )
    judging.shift(judged, weeks)
    people = identity_bulk.known_people()
    returns = judging.settle(judged, _earlier_sales(judged, people), currency)
    orders = assembling.orders(judged.sales, judged.countries)
    known_codes = catalog_bulk.known_codes()
    products = {c: found for c, found in assembling.products(judged.sales).items() if c not in known_codes}
    buyers = {key: found for key, found in assembling.buyers(orders).items() if key not in people}
    notes = [*read.notes, reading.note, *([moved] if moved else []), *_told_of_content(judged)]
    if products and currency != options.currency:
        notes.append(
            f"The products are drafts: their prices are in {currency}, the shop sells in {options.currency}."
        )
    return _Plan(currency, judged, returns, orders, products, buyers, weeks, tuple(notes))


def _told_of_content(judged: Judged) -> list[str]:
    notes = []
    if judged.repeated:
        notes.append(
            f"{len(judged.repeated):,} invoices stand in the file more than once, line for line, as where two exports "
            "that overlap were put together. Each was read once."
        )
    if judged.sales and not any(sale.customer for sale in judged.sales):
        notes.append(
            "No line names a customer, so there is nobody to learn from: models need the customer of each order. If a "
            "column holds it, name it with --map customer=COLUMN."
        )
    return notes


def _currency(read: ReadLines, options: Options) -> str:
    code = (options.stated_currency or judging.usual_currency(read.lines) or options.currency).upper()
    if code not in list_currencies():
        raise Invalid(
            f"{code!r} is not an ISO 4217 currency code such as GBP. State the right one with --currency."
        )
    return code


def _earlier_sales(judged: Judged, people: Mapping[str, int]) -> list[Sale]:
    """The sales of earlier files that the credits may take back."""
    keys = {
        people[credit.customer]: credit.customer for credit in judged.credits if credit.customer in people
    }
    return [
        Sale(
            line.invoice,
            keys[line.person_id],
            line.code,
            line.kind,
            line.name,
            line.quantity,
            line.unit_minor,
            line.total_minor,
            line.at,
            line.returned_quantity,
            line.returned_minor,
            line.line_id,
        )
        for line in (earlier_history.open_lines(keys) if keys else ())
    ]


def _nothing(path: Path, read: ReadLines, rejected: Mapping[int, Reason], rejects: Path | None) -> str:
    if not read.read:
        return f"{path.name} has a header but no lines."
    reasons = Counter(rejected.values()).most_common()
    listed = "; ".join(f"{reason.meaning} ({count:,})" for reason, count in reasons)
    where = f" They are listed in {rejects}." if rejects else ""
    return f"None of the {read.read:,} lines of {path.name} can be imported: {listed}.{where}"


def _write(plan: _Plan, path: Path, options: Options, progress: Progress) -> None:
    try:
        with unit_of_work():
            person_ids = identity_bulk.add_people(
                people=[identity_bulk.NewPerson(b.key, b.country, b.first_at) for b in plan.buyers.values()]
            )
            _write_products(plan, is_sellable=plan.currency == options.currency)
            order_ids = history_writing.write_orders(plan.orders, person_ids, plan.currency)
            history_writing.write_lines(plan.orders, order_ids, catalog_bulk.imported_products(), progress)
            history_writing.write_returns(plan.returns, plan.orders, order_ids)
            invoices = {order.invoice for order in plan.orders}
            history_writing.write_invoices(invoices, plan.judged.credit_invoices)
            _record(plan, path, options)
            popularity.recount()
    except IntegrityError as error:
        raise ChangedMeanwhile(
            "The shop changed while the file was being read. Nothing was imported; run the import again."
        ) from error


def _write_products(plan: _Plan, *, is_sellable: bool) -> None:
    new = [
        catalog_bulk.NewProduct(
            found.code, found.name, found.price_minor, found.first_at, is_sellable=is_sellable
        )
        for found in plan.products.values()
    ]
    inventory_bulk.open_untracked(variant_ids=catalog_bulk.add_products(products=new))


def _record(plan: _Plan, path: Path, options: Options) -> None:
    after = {
        "orders": len(plan.orders),
        "products": len(plan.products),
        "customers": len(plan.buyers),
        "returns": len(plan.returns),
        "weeks_shifted": plan.weeks,
    }
    audit.record(
        actor=options.actor, action=earlier_history.IMPORTED, subject=f"file:{path.name}"[:120], after=after
    )


def _report(
    read: ReadLines, plan: _Plan, rejected: Mapping[int, Reason], rejects: Path | None, seconds: float
) -> ImportReport:
    sales, kinds = plan.judged.sales, Counter(sale.kind for sale in plan.judged.sales)
    kinds.update(
        {"guest": sum(not sale.customer for sale in sales), "cancellation": len(plan.judged.credits)}
    )
    return ImportReport(
        read=read.read,
        kept=len(sales) + len(plan.judged.credits),
        rejected=dict(Counter(rejected.values()).most_common()),
        products=len(plan.products),
        customers=len(plan.buyers),
        orders=len(plan.orders),
        revenue_minor=sum(sale.total_minor for sale in sales if sale.customer),
        currency=plan.currency,
        seconds=seconds,
        kept_by_kind=kinds,
        returned_minor=sum(returned.amount_minor for returned in plan.returns),
        weeks_shifted=plan.weeks,
        notes=plan.notes,
        rejects=rejects,
    )
