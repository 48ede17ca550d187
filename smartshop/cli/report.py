"""``flask report``: any admin report as CSV."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click
from flask import current_app

from smartshop.cli.noun import Noun
from smartshop.insights.operations import exports
from smartshop.insights.queries.reports import catalogue, writing
from smartshop.insights.queries.reports.declared import Report, Wanted
from smartshop.insights.queries.segments import SEGMENTS
from smartshop.kernel.audit import Actor

COMMAND_LINE = Actor(None, "command line")
RISKS = ("high", "medium", "low")
ABOUT = {
    "customers": "One row a customer, with orders and scores.",
    "segments": "One row a segment.",
    "churn": "One row a customer with a churn risk.",
    "clv": "One row a customer with a lifetime value.",
    "cohorts": "One row a month of first orders and month since.",
    "revenue": "One row a day.",
    "orders": "One row an order.",
    "products": "One row a product, with stock and sales.",
    "activity": "What customers did, then what staff changed.",
}


class Reports(Noun):
    """Names every report when asked for one that is not there."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in catalogue.NAMES:
            raise click.UsageError(
                f"There is no report '{args[0]}'. The reports: {', '.join(catalogue.NAMES)}.", ctx
            )
        return super().resolve_command(ctx, args)


group = Reports("report", help="Reports as CSV, on standard output or into a file.")


def _command(report: Report) -> Callable[..., None]:
    def write(*, out: str, without_personal: bool, **filters: Any) -> None:
        since, until = filters.get("since"), filters.get("until")
        if since and until and since > until:
            raise click.BadParameter(f"{since} comes after {until}; swap --from and --to.")
        asked = {name: value for name, value in filters.items() if value}
        wanted = Wanted(current_app.config["SETTINGS"].currency, is_with_changes=True, **asked)
        target = None if out == "-" else writable(Path(out))
        pieces = writing.as_csv(report, wanted, with_personal=not without_personal)
        exports.record_export(
            report=report.name, with_personal=not without_personal, filters=wanted.filters, actor=COMMAND_LINE
        )
        if target is None:
            sys.stdout.writelines(pieces)
        else:
            replace(target, pieces)

    return write


def _day(_ctx: click.Context, _option: click.Parameter, value: str | None) -> date | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is not a day such as 2026-11-20.") from error


def writable(path: Path) -> Path:
    """The path of a file that may be written; raises BadParameter with what to do."""
    if path.is_dir():
        raise click.BadParameter(f"{path} is a folder. Name a file in it.")
    if not path.resolve().parent.is_dir():
        raise click.BadParameter(f"There is no folder {path.resolve().parent}. Make it first.")
    return path


def replace(path: Path, pieces: Iterator[str]) -> None:
    """Write beside the file and take its place when whole: nobody reads half a report."""
    target = path.resolve()
    try:
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as scratch:
            fresh = Path(scratch) / target.name
            with fresh.open("w", encoding="utf-8", newline="") as file:
                file.writelines(pieces)
            os.replace(fresh, target)  # noqa: PTH105 - the name of the guarantee: atomic
    except OSError as error:
        raise click.ClickException(f"{path} could not be written: {error.strerror}.") from error
    click.echo(f"Wrote {path}.", err=True)


FILTERS: Mapping[str, Callable[[Callable[..., None]], Callable[..., None]]] = {
    "segment": click.option("--segment", type=click.Choice(SEGMENTS), help="Only this segment."),
    "risk": click.option("--risk", type=click.Choice(RISKS), help="Only this churn risk."),
    "since": click.option(
        "--from", "since", callback=_day, metavar="DATE", help="Only from this day (UTC), such as 2026-11-20."
    ),
    "until": click.option(
        "--to", "until", callback=_day, metavar="DATE", help="Only to the end of this day (UTC)."
    ),
}


def _add(report: Report) -> None:
    write = _command(report)
    for name in sorted(report.filters):
        write = FILTERS[name](write)
    write = click.option("--without-personal", is_flag=True, help="Leave out names, e-mails and the like.")(
        write
    )
    write = click.option(
        "--out", default="-", metavar="FILE", help="The file to write; - is standard output, the default."
    )(write)
    group.command(report.name, help=ABOUT[report.name])(write)


for _report in catalogue.REPORTS:
    _add(_report)
