"""``flask ml``: train the models, see what is live, go back."""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click
from flask import current_app
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from smartshop.cli.noun import Noun
from smartshop.insights import rules
from smartshop.insights.operations import holding
from smartshop.insights.operations import runs as recording
from smartshop.insights.queries import runs
from smartshop.kernel import clock, cycles
from smartshop.kernel.audit import Actor
from smartshop.kernel.errors import Invalid

if TYPE_CHECKING:
    from smartshop.insights import training

group = Noun("ml", help="Models: train them, see what is live, go back, release.")
COMMAND_LINE = Actor(None, "command line")
FAILED = ("failed", "busy")
MARKS = {"promoted": "[green]live[/green]", "refused": "[yellow]not promoted[/yellow]"}


class Day(click.ParamType[datetime]):
    """A calendar date, read as midnight UTC at its start."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            return datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC)
        except ValueError:
            self.fail(f"{value!r} is not a date. Write it as YYYY-MM-DD, such as 2011-12-10.", param, ctx)


@group.command("train")
@click.argument("questions", nargs=-1, metavar="[QUESTION]...")
@click.option("--as-of", type=Day(), help="Learn from what was known before this day (UTC). Default: today.")
@click.option(
    "--engine",
    type=click.Choice(rules.ENGINES),
    default="duckdb",
    show_default=True,
    help="What computes the features; DuckDB does, in this process.",
)
@click.option(
    "--if-never", is_flag=True, help="Do nothing when a model is live or there is no order to learn from."
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object, keyed by question, and nothing else."
)
def train(
    questions: tuple[str, ...], as_of: datetime | None, engine: str, *, if_never: bool, as_json: bool
) -> None:
    """Train, judge, record and, if the gate allows, publish. QUESTION: rfm, churn, clv, clusters; all when left out."""
    console = Console(stderr=True)
    if if_never and not runs.awaits_first_training(current_app.config["SETTINGS"].currency):
        console.print(
            "Nothing to train: a model is live already, or there is no order to learn from.", soft_wrap=True
        )
        reports = []
    else:
        reports = _trained(questions, as_of, engine, console)
    if as_json:
        click.echo(json.dumps({report.question: report.to_json() for report in reports}, allow_nan=False))
    elif reports:
        Console().print(_reports_table(reports))
    if any(report.state in FAILED for report in reports):
        sys.exit(1)


@cycles.unsearched()
def _trained(
    questions: tuple[str, ...], as_of: datetime | None, engine: str, console: Console
) -> "list[training.RunReport]":
    from smartshop.insights import training

    asked = tuple(dict.fromkeys(questions)) or rules.QUESTIONS
    room = training.classroom(
        settings=current_app.config["SETTINGS"], questions=asked, as_of=as_of, engine=engine
    )
    with console.status("Reading the order history …") as status:
        reports = list(
            training.run_all(room, asked, announce=lambda each: status.update(f"Training {each} …"))
        )
    for report in reports:
        _tell(console, report)
    return reports


@group.command("status")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object, keyed by question, and nothing else."
)
def status(*, as_json: bool) -> None:
    """Per question: the live run, its age, metrics, baseline and verdict."""
    facts = {standing.question: _facts(standing) for standing in runs.standings()}
    if as_json:
        click.echo(json.dumps(facts, allow_nan=False))
        return
    table = Table(
        "question", Column("live run", overflow="fold"), "age", "people", "verdict", "deciding metric"
    )
    for question, each in facts.items():
        age = "" if each["age_hours"] is None else f"{each['age_hours']:.1f} h"
        headline = _headline(question, each["metrics"], each["baseline"])
        table.add_row(question, each["run"] or "none", age, str(each["rows"]), each["verdict"], headline)
    Console().print(table)
    for question, each in facts.items():
        if each["held_since"]:
            click.echo(f"{question}: {each['run']} is held since {each['held_since'][:16]} UTC")
        latest = each["latest"]
        if latest and latest["run"] != each["run"]:
            click.echo(
                f"{question}: the latest training, {latest['run']}, was {latest['state']}: {latest['reason']}"
            )


@group.command("rollback")
@click.argument("question")
@click.option("--reason", default="", help="Why, for the audit record.")
def rollback(question: str, reason: str) -> None:
    """Serve the previous promoted run of QUESTION again, until it is released."""
    _refuse_unknown(question)
    code = recording.roll_back(question=question, actor=COMMAND_LINE, reason=reason)
    click.echo(
        f"{question} is served from {code} again, and no training replaces it until: flask ml release {question}"
    )


@group.command("release")
@click.argument("question")
@click.option("--reason", default="", help="Why, for the audit record.")
def release(question: str, reason: str) -> None:
    """Let the next training replace the run of QUESTION that was gone back to."""
    _refuse_unknown(question)
    code = holding.release(question=question, actor=COMMAND_LINE, reason=reason)
    click.echo(f"{code} is released: the next training of {question} that passes replaces it.")


def _refuse_unknown(question: str) -> None:
    if question not in rules.QUESTIONS:
        raise Invalid(f"There is no question {question}. Choose from: {', '.join(rules.QUESTIONS)}.")


def _tell(console: Console, report: "training.RunReport") -> None:
    mark = MARKS.get(report.state, f"[red]{report.state}[/red]")
    run = f" {report.run}" if report.run else ""
    console.print(
        f"{report.question}{run}: {mark}, {report.verdict} ({escape(report.reason)})",
        highlight=False,
        soft_wrap=True,
    )


def _reports_table(reports: "list[training.RunReport]") -> Table:
    table = Table("question", "people", "verdict", "deciding metric", "seconds")
    for each in reports:
        headline = _headline(each.question, each.metrics, each.baseline)
        table.add_row(each.question, str(each.rows), each.verdict, headline, f"{each.seconds:.1f}")
    return table


def _headline(question: str, metrics: Mapping[str, Any], baseline: Mapping[str, Any]) -> str:
    """The deciding metric beside the baseline's: "auc 0.740 (recency alone 0.708)"."""
    name = rules.HEADLINES[question]
    value, rival = metrics.get(name), baseline.get("metrics", {}).get(name)
    if value is None:
        return ""
    return f"{name} {value:.3f}" + (f" ({baseline['name']} {rival:.3f})" if rival is not None else "")


def _facts(standing: runs.Standing) -> dict[str, Any]:
    live, latest = standing.live, standing.latest
    age = (clock.now() - live.finished_at).total_seconds() / 3600 if live and live.finished_at else None
    return {
        "run": live.code if live else None,
        "as_of": live.as_of.isoformat() if live else None,
        "age_hours": round(age, 2) if age is not None else None,
        "rows": live.rows if live else 0,
        "metrics": dict(live.metrics) if live else {},
        "baseline": dict(live.baseline) if live else {},
        "verdict": live.verdict if live else "",
        "previous": standing.previous,
        "held_since": standing.hold.since.isoformat() if standing.hold else None,
        "latest": latest and {"run": latest.code, "state": latest.state, "reason": latest.reason},
    }
