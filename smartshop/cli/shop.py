"""``flask shop``: fill a shop."""

import json
from collections.abc import Iterator
from pathlib import Path

import click
from flask import current_app
from rich.console import Console
from rich.table import Table

from smartshop.cli import progress
from smartshop.cli.demo import demo
from smartshop.cli.noun import Noun
from smartshop.cli.sheets import products, stock
from smartshop.kernel import money
from smartshop.kernel.audit import Actor
from smartshop.orders.operations import history
from smartshop.orders.rules.history.columns import USUAL_NAMES

group = Noun(
    "shop",
    help="Fill a shop: order history from elsewhere, sheets of products and stock, or a simulated one.",
)
group.add_command(demo)
group.add_command(products)
group.add_command(stock)
COMMAND_LINE = Actor(None, "command line")


def _pairs(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    if any(not (name.strip() and column.strip()) for name, _, column in pairs):
        raise click.BadParameter(f"write FIELD=COLUMN, where FIELD is one of {', '.join(USUAL_NAMES)}")
    return {name.strip().lower(): column.strip() for name, _, column in pairs}


@group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="FIELD=COLUMN",
    callback=_pairs,
    help="Which column holds a field.",
)
@click.option("--dayfirst", is_flag=True, help="Read 3/4/2011 as 3 April.")
@click.option(
    "--currency",
    default="",
    metavar="CODE",
    help="The file's currency; default: its column, else the shop's.",
)
@click.option(
    "--shift-dates", is_flag=True, help="Move the history by whole weeks so that it ends just before today."
)
@click.option("--dry-run", is_flag=True, help="Write nothing; say what would happen.")
@click.option(
    "--rejects", type=click.Path(path_type=Path), help="Where rejected lines go; default: instance/imports."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on stdout and nothing else.")
def import_(
    file: Path,
    mapping: dict[str, str],
    currency: str,
    rejects: Path | None,
    *,
    dayfirst: bool,
    shift_dates: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Add the products, customers and orders of a file of order lines (csv, csv.gz, csv.xz, xlsx, parquet).

    A row is a product of an order. Its columns are found by their usual names: invoice (or order), product (or sku),
    quantity, date, price and customer; description, country and currency if there are any.
    """
    settings = current_app.config["SETTINGS"]
    kept_at = Path(current_app.instance_path) / "imports" / f"{file.name}-rejects.csv"
    options = history.Options(
        currency=settings.currency,
        stated_currency=currency,
        mapping=mapping,
        is_day_first=dayfirst,
        shifts_dates=shift_dates,
        is_dry_run=dry_run,
        rejects=rejects or (None if dry_run else kept_at),
        actor=COMMAND_LINE,
    )
    with progress.shown("Reading") as told:
        report = history.import_history(path=file, options=options, progress=told)
    if as_json:
        click.echo(json.dumps(report.to_json()))
    else:
        _show(report, is_dry_run=dry_run)


def _show(report: history.ImportReport, *, is_dry_run: bool) -> None:
    console = Console(highlight=False)
    table = Table("Lines", "", "Count", title_justify="left")
    table.columns[2].justify = "right"
    table.add_row("read", "", f"{report.read:,}")
    table.add_row("kept", "", f"{report.kept:,}", style="bold")
    for kind, count in report.kept_by_kind.items():
        table.add_row("", _kept(kind), f"{count:,}")
    table.add_row("rejected", "", f"{report.read - report.kept:,}", style="bold")
    for reason, count in report.rejected.items():
        table.add_row("", f"{reason.value}: {reason.meaning}", f"{count:,}")
    console.print(table)
    for note in report.notes:
        console.print(note, soft_wrap=True, markup=False)
    if report.weeks_shifted:
        console.print(f"All dates were moved by {report.weeks_shifted:,} weeks.")
    for line in _summary(report, is_dry_run=is_dry_run):
        console.print(line, soft_wrap=True, markup=False)


def _kept(kind: str) -> str:
    names = {
        "product": "sales of goods",
        "shipping": "shipping",
        "fee": "fees, samples, vouchers, manual entries",
    }
    others = {
        "guest": "of these without a customer",
        "cancellation": "cancellations netted against purchases",
    }
    return (names | others)[kind]


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def _summary(report: history.ImportReport, *, is_dry_run: bool) -> Iterator[str]:
    def amount(minor: int) -> str:
        return f"{money.to_major(minor, report.currency):,} {report.currency}"

    products, customers, orders = (
        _counted(count, thing)
        for count, thing in (
            (report.products, "product"),
            (report.customers, "customer"),
            (report.orders, "order"),
        )
    )
    yield f"{'Would add' if is_dry_run else 'Added'} {products}, {customers} and {orders} in {report.seconds:.1f} s."
    yield f"Customers bought for {amount(report.revenue_minor)}; {amount(report.returned_minor)} of all sales came back."
    if report.rejects:
        yield f"Rejected lines that were not imported before: {report.rejects}"
