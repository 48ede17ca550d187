"""``flask jobs``: the scheduler, and what it did."""

import json
from datetime import datetime
from typing import Any

import click
from flask import current_app
from rich.console import Console
from rich.table import Column, Table

from smartshop.cli.noun import Noun
from smartshop.jobs import schedule

group = Noun("jobs", help="Scheduled jobs: run them, list them.")


@group.command("run")
def run() -> None:
    """Run the scheduler in the foreground until it is told to stop. Any number of these may run at once."""
    from smartshop.jobs import scheduler

    schedule.listings(current_app.config["SETTINGS"])  # refuses at once when the tables are missing
    scheduler.run_until_told_to_stop(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001


@group.command("list")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object, keyed by job, and nothing else."
)
def list_jobs(*, as_json: bool) -> None:
    """Every job: its schedule, its last run, how that ended, and when it is due next."""
    listings = schedule.listings(current_app.config["SETTINGS"])
    if as_json:
        click.echo(json.dumps({each.name: _facts(each) for each in listings}))
        return
    table = Table(
        Column("job", no_wrap=True), "schedule", "last run", "state", "took", "what it did", "next run"
    )
    for each in listings:
        last = each.last
        table.add_row(
            each.name,
            each.rhythm,
            _moment(last.due_at) if last else "never",
            last.state if last else "",
            f"{last.seconds:.1f} s" if last and last.seconds is not None else "",
            last.detail if last else "",
            _moment(each.next_due_at),
        )
    Console().print(table)


def _facts(listing: schedule.Listing) -> dict[str, Any]:
    last = listing.last
    return {
        "schedule": listing.rhythm,
        "last": last
        and {
            "due_at": last.due_at.isoformat(),
            "state": last.state,
            "holder": last.holder,
            "started_at": last.started_at.isoformat(),
            "finished_at": last.finished_at.isoformat() if last.finished_at else None,
            "detail": last.detail,
        },
        "next_due_at": listing.next_due_at.isoformat(),
    }


def _moment(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M:%S}"
