"""``flask ml``: train the models, see what is live, go back."""

import json
import sys
from datetime import UTC, datetime
from typing import Any

import click
from flask import current_app
from rich.console import Console
from rich.table import Table

from smartshop.cli.noun import Noun
from smartshop.insights import rules
from smartshop.insights.operations import runs as recording
from smartshop.insights.queries import runs
from smartshop.kernel import clock
from smartshop.kernel.audit import Actor
from smartshop.kernel.errors import Invalid

group = Noun("ml", help="Models: train them, see what is live, go back.")
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
    help="Computes features.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object, keyed by question, and nothing else."
)
def train(questions: tuple[str, ...], as_of: datetime | None, engine: str, *, as_json: bool) -> None:
    """Train, judge, record and, if the gate allows, publish. QUESTION: rfm, churn, clv; all when left out."""
    from smartshop.insights import training

    asked = tuple(dict.fromkeys(questions)) or rules.QUESTIONS
    console = Console(stderr=True)
    room = training.classroom(
        settings=current_app.config["SETTINGS"], questions=asked, as_of=as_of, engine=engine
    )
    with console.status("Reading the order history …") as status:
        reports = list(
            training.run_all(room, asked, announce=lambda each: status.update(f"Training {each} …"))
        )
    for report in reports:
        _tell(console, report.question, report.state, report.verdict, report.reason)
    if as_json:
        click.echo(json.dumps({report.question: report.to_json() for report in reports}, allow_nan=False))
    else:
        Console().print(_reports_table([(report.question, report.to_json()) for report in reports]))
    if any(report.state in FAILED for report in reports):
        sys.exit(1)


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
        "question", "live run", "as of", "age", "people", "verdict", "metrics", "baseline", "latest training"
    )
    for question, each in facts.items():
        latest = each["latest"]
        table.add_row(
            question,
            each["run"] or "none",
            (each["as_of"] or "")[:10],
            "" if each["age_hours"] is None else f"{each['age_hours']:.1f} h",
            str(each["rows"]),
            each["verdict"],
            _figures(each["metrics"]),
            _figures(each["baseline"].get("metrics", {})),
            f"{latest['state']}: {latest['reason']}" if latest else "never",
        )
    Console().print(table)


@group.command("rollback")
@click.argument("question")
@click.option("--reason", default="", help="Why, for the audit record.")
def rollback(question: str, reason: str) -> None:
    """Serve the previous promoted run of QUESTION again."""
    if question not in rules.QUESTIONS:
        raise Invalid(f"There is no question {question}. Choose from: {', '.join(rules.QUESTIONS)}.")
    code = recording.roll_back(question=question, actor=COMMAND_LINE, reason=reason)
    click.echo(f"{question} is served from {code} again.")


def _tell(console: Console, question: str, state: str, verdict: str, reason: str) -> None:
    console.print(
        f"{question}: {MARKS.get(state, f'[red]{state}[/red]')}, {verdict} ({reason})", highlight=False
    )


def _reports_table(reports: list[tuple[str, dict[str, Any]]]) -> Table:
    table = Table("question", "run", "people", "verdict", "metrics", "baseline", "seconds")
    for question, report in reports:
        table.add_row(
            question,
            report["run"],
            str(report["rows"]),
            report["verdict"],
            _figures(report["metrics"]),
            _figures(report["baseline"].get("metrics", {})),
            f"{report['seconds']:.1f}",
        )
    return table


def _figures(metrics: dict[str, Any]) -> str:
    return "\n".join(f"{name} {value:.4g}" for name, value in metrics.items() if value is not None)


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
        "latest": latest and {"run": latest.code, "state": latest.state, "reason": latest.reason},
    }
