"""``flask shop products`` and ``flask shop stock``: sheets in and out."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from flask import current_app
from rich.console import Console
from rich.table import Table

from smartshop.catalog.queries import sheet as product_sheet
from smartshop.cli.noun import Noun
from smartshop.cli.report import replace, writable
from smartshop.inventory.operations import sheet_files
from smartshop.inventory.queries import sheet as stock_sheet
from smartshop.kernel import sheets
from smartshop.kernel.audit import Actor
from smartshop.kernel.sheets import Report

COMMAND_LINE = Actor(None, "command line")
products = Noun("products", help="Products as a CSV sheet, one row a variant.")
stock = Noun("stock", help="Stock as a CSV sheet, one row a variant.")


def _import(kind: str, file: Path, rejects: Path | None, *, dry_run: bool, as_json: bool) -> None:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise click.BadParameter(f"{file} cannot be read: {error.strerror}.", param_hint="FILE") from error
    target = writable(rejects) if rejects else None
    facts = {"kind": kind, "name": file.name, "currency": current_app.config["SETTINGS"].currency}
    if dry_run:
        report = sheet_files.look_at_content(content=content, **facts)
    else:
        report = sheet_files.apply_content(content=content, actor=COMMAND_LINE, **facts)
    if target:
        replace(target, sheets.rejected_rows(report.header, report.rejected))
    if as_json:
        click.echo(json.dumps(report.to_json()))
    else:
        _show(report, is_dry_run=dry_run)


def _show(report: Report, *, is_dry_run: bool) -> None:
    console = Console(highlight=False)
    would = "would be " if is_dry_run else ""
    table = Table("Rows", "", title_justify="left")
    table.columns[1].justify = "right"
    for name in ("added", "changed"):
        table.add_row(f"{would}{name}", f"{getattr(report, name):,}")
    table.add_row("as they were", f"{report.unchanged:,}")
    table.add_row("rejected", f"{len(report.rejected):,}")
    console.print(table)
    for line in (*report.notes, *_problems(report)):
        console.print(line, soft_wrap=True, markup=False)


def _problems(report: Report) -> Iterator[str]:
    for found in report.rejected[: sheets.SHOWN_PROBLEMS]:
        yield f"Row {found.row.number}{f', {found.column}' if found.column else ''}: {found.reason}"
    if len(report.rejected) > sheets.SHOWN_PROBLEMS:
        yield f"… and {len(report.rejected) - sheets.SHOWN_PROBLEMS:,} more. Write all of them with --rejects FILE."


def _export(out: str, pieces: Iterator[str]) -> None:
    if out == "-":
        sys.stdout.writelines(pieces)
    else:
        replace(writable(Path(out)), pieces)


def _add(group: Noun, kind: str, about: str) -> None:
    def import_(*, file: Path, rejects: Path | None, dry_run: bool, as_json: bool) -> None:
        _import(kind, file, rejects, dry_run=dry_run, as_json=as_json)

    command: Any = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")(import_)
    command = click.option(
        "--rejects", type=click.Path(path_type=Path), help="Write the rejected rows here, to be corrected."
    )(command)
    command = click.option("--dry-run", is_flag=True, help="Write nothing; say what would happen.")(command)
    command = click.argument("file", type=click.Path(path_type=Path))(command)
    group.command("import", help=about)(command)


_add(
    products, "products", "Add and change products from a CSV file; a column that is missing changes nothing."
)
_add(stock, "stock", "Book counts (on_hand) or movements (change) from a CSV file.")
OUT = click.option(
    "--out", default="-", metavar="FILE", help="The file to write; - is standard output, the default."
)


@products.command("export")
@OUT
def export_products(out: str) -> None:
    """Every product, in the columns that import reads."""
    header = product_sheet.header()
    rows = product_sheet.rows(header, current_app.config["SETTINGS"].currency)
    _export(out, sheets.written(header, rows))


@stock.command("export")
@OUT
def export_stock(out: str) -> None:
    """What is on hand of every variant."""
    _export(out, sheets.written(stock_sheet.HEADER, stock_sheet.rows()))
