"""``flask shop demo``: a simulated shop with a believable history."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import with_appcontext

from smartshop.cli import progress
from smartshop.kernel import money
from smartshop.kernel.audit import Actor

if TYPE_CHECKING:
    from smartshop.demo.loading import DemoReport

COMMAND_LINE = Actor(None, "command line")


@click.command("demo")
@click.option(
    "--customers",
    type=click.IntRange(50, 100_000),
    default=3000,
    show_default=True,
    help="How many customers.",
)
@click.option(
    "--months", type=click.IntRange(3, 120), default=24, show_default=True, help="How long a history."
)
@click.option(
    "--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True, help="Decides the history."
)
@click.option(
    "--if-empty",
    "only_if_empty",
    is_flag=True,
    help="Do nothing, without an error, in a shop that has anything.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on stdout and nothing else.")
@with_appcontext
def demo(customers: int, months: int, seed: int, *, only_if_empty: bool, as_json: bool) -> None:
    """Fill an empty shop with a simulated one: products, customers, orders, visits and two accounts."""
    from smartshop.demo import loading

    settings = current_app.config["SETTINGS"]
    if only_if_empty and not loading.is_empty():
        return
    setting = loading.Setting(
        currency=settings.currency,
        password_cost=settings.password_cost,
        uploads=Path(current_app.instance_path) / "uploads",
        actor=COMMAND_LINE,
    )
    with progress.shown("Starting") as told:
        report = loading.load(
            plan=loading.Plan(customers=customers, months=months, seed=seed), setting=setting, progress=told
        )
    if settings.env != "production":
        _keep_accounts(report, Path(current_app.instance_path) / "demo-accounts.json")
    if as_json:
        click.echo(json.dumps(report.to_json()))
        return
    for line in _summary(report):
        click.echo(line)


def _keep_accounts(report: "DemoReport", path: Path) -> None:
    """Keep the two ways in where only the owner reads them, so that they can be told again."""
    accounts = [{"role": "admin", **asdict(report.admin)}, {"role": "customer", **asdict(report.customer)}]
    path.touch(mode=0o600)
    path.write_text(json.dumps(accounts, indent=2), encoding="utf-8")


def _summary(report: "DemoReport") -> Iterator[str]:
    revenue = money.to_major(report.revenue_minor, report.currency)
    yield (
        f"Simulated {report.customers:,} customers, {report.products:,} products, {report.orders:,} orders "
        f"({revenue:,} {report.currency}), {report.reviews:,} reviews and {report.events:,} events "
        f"from {report.first_day} to {report.last_day} in {report.seconds:.1f} s."
    )
    yield f"Admin:    {report.admin.email}  {report.admin.password}"
    yield f"Customer: {report.customer.email}  {report.customer.password}"
