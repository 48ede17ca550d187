import json
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskCliRunner

from smartshop.insights import rules
from smartshop.insights.models import TrainingRun
from smartshop.insights.operations import runs as recording
from smartshop.kernel import clock
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests.insights import histories

KEYS = ["run", "as_of", "rows", "metrics", "baseline", "verdict", "promoted", "seconds"]
AS_OF = ("--as-of", "2026-06-01")


@pytest.fixture
def cli(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.fixture
def shop(app: Flask) -> Flask:
    histories.write_believable_history()
    return app


def runs_recorded() -> int:
    with db.engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(TrainingRun)) or 0


def no_nan(text: str) -> Any:
    """JSON as the standard has it: NaN and Infinity are no numbers."""

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    return json.loads(text, parse_constant=refuse)


def test_training_prints_one_object_a_question_and_nothing_else(shop: Flask, cli: FlaskCliRunner) -> None:
    result = cli.invoke(args=["ml", "train", *AS_OF, "--json"])
    assert result.exit_code == 0, result.stderr
    reports = no_nan(result.stdout)
    assert list(reports) == list(rules.QUESTIONS)
    for question, report in reports.items():
        assert list(report) == KEYS
        assert report["run"].startswith(f"{question}-20260601-")
        assert report["promoted"] is True
        assert report["rows"] > 100


def test_only_the_questions_asked_for_are_trained_each_once(shop: Flask, cli: FlaskCliRunner) -> None:
    result = cli.invoke(args=["ml", "train", "clv", "rfm", "clv", *AS_OF, "--json"])
    assert list(no_nan(result.stdout)) == ["clv", "rfm"]
    assert runs_recorded() == 2


def test_training_without_json_prints_a_table_for_people(shop: Flask, cli: FlaskCliRunner) -> None:
    result = cli.invoke(args=["ml", "train", "rfm", *AS_OF])
    assert result.exit_code == 0
    assert "captured" in result.stdout
    assert ": live, " in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["love"], 1, "There is no question love. Choose from: rfm, churn, clv, clusters."),
        (["--as-of", "yesterday"], 2, "'yesterday' is not a date. Write it as YYYY-MM-DD"),
        (["--as-of", "2026-02-30"], 2, "'2026-02-30' is not a date"),
        (["--as-of", "2999-01-01"], 1, "2999-01-01 is still to come"),
        (["--as-of", "2001-01-01"], 1, "No order was placed before 2001-01-01: the history begins on"),
        (["--engine", "spark"], 2, "'spark' is not 'duckdb'"),
    ],
)
def test_bad_input_gets_a_clear_message_and_begins_nothing(
    shop: Flask, cli: FlaskCliRunner, arguments: list[str], code: int, told: str
) -> None:
    result = cli.invoke(args=["ml", "train", "--json", *arguments])
    assert result.exit_code == code
    assert told in result.stderr
    assert result.stdout == ""
    assert runs_recorded() == 0


def test_an_empty_shop_is_told_how_to_get_a_history(cli: FlaskCliRunner) -> None:
    result = cli.invoke(args=["ml", "train", "--json"])
    assert result.exit_code == 1
    assert "flask shop import FILE" in result.stderr
    assert runs_recorded() == 0


def test_a_training_under_way_elsewhere_is_refused_by_name(shop: Flask, cli: FlaskCliRunner) -> None:
    recording.record_start(question="rfm", as_of=histories.END)
    result = cli.invoke(args=["ml", "train", "rfm", *AS_OF, "--json"])
    assert result.exit_code == 1
    assert no_nan(result.stdout)["rfm"]["promoted"] is False
    assert "rfm is being trained since" in result.stderr.replace("\n", " ")
    assert runs_recorded() == 1


def test_a_broken_history_fails_with_a_row_a_message_and_an_exit_code(
    shop: Flask, cli: FlaskCliRunner
) -> None:
    with unit_of_work():
        db.session.execute(sa.text("UPDATE order_lines SET unit_price_minor = -1"))
    result = cli.invoke(args=["ml", "train", "rfm", *AS_OF, "--json"])
    assert result.exit_code == 1
    report = no_nan(result.stdout)["rfm"]
    assert (report["promoted"], report["verdict"], report["metrics"]) == (False, "failed", {})
    assert "breaks its contract" in result.stderr
    assert runs_recorded() == 1


def test_training_if_never_trains_once_and_is_content_with_an_empty_shop(
    app: Flask, cli: FlaskCliRunner
) -> None:
    empty = cli.invoke(args=["ml", "train", "--if-never", "--json"])
    assert (empty.exit_code, empty.stdout.strip()) == (0, "{}")
    histories.write_believable_history(end=rules.start_of(clock.today()))
    first = cli.invoke(args=["ml", "train", "rfm", "--if-never", "--json"])
    assert no_nan(first.stdout)["rfm"]["promoted"] is True
    again = cli.invoke(args=["ml", "train", "--if-never", "--json"])
    assert (again.exit_code, again.stdout.strip()) == (0, "{}")
    assert "a model is live already" in again.stderr.replace("\n", " ")
    assert runs_recorded() == 1


def test_status_shows_every_question_trained_or_not(shop: Flask, cli: FlaskCliRunner) -> None:
    cli.invoke(args=["ml", "train", "rfm", *AS_OF])
    facts = no_nan(cli.invoke(args=["ml", "status", "--json"]).stdout)
    assert list(facts) == list(rules.QUESTIONS)
    assert facts["rfm"]["run"].startswith("rfm-20260601-")
    assert facts["rfm"]["age_hours"] < 1
    assert facts["rfm"]["metrics"]
    assert facts["rfm"]["latest"]["state"] == "promoted"
    assert (facts["churn"]["run"], facts["churn"]["latest"]) == (None, None)
    table = cli.invoke(args=["ml", "status"])
    assert (table.exit_code, "none" in table.stdout) == (0, True)


def test_status_says_what_became_of_a_later_training(shop: Flask, cli: FlaskCliRunner) -> None:
    cli.invoke(args=["ml", "train", "rfm", *AS_OF])
    with unit_of_work():
        db.session.execute(sa.text("UPDATE order_lines SET unit_price_minor = -1"))
    cli.invoke(args=["ml", "train", "rfm", *AS_OF])
    told = cli.invoke(args=["ml", "status"]).stdout
    assert "was failed: the order history breaks its contract" in told


def test_rolling_back_says_what_is_served_now(shop: Flask, cli: FlaskCliRunner) -> None:
    codes = [
        no_nan(cli.invoke(args=["ml", "train", "rfm", *AS_OF, "--json"]).stdout)["rfm"]["run"]
        for _ in range(2)
    ]
    assert codes[0] in cli.invoke(args=["ml", "rollback", "rfm", "--reason", "odd"]).stdout
    assert no_nan(cli.invoke(args=["ml", "status", "--json"]).stdout)["rfm"]["run"] == codes[0]
    again = cli.invoke(args=["ml", "rollback", "rfm"])
    assert again.exit_code == 1
    assert "no run before" in again.stderr


def test_what_was_gone_back_to_is_released_by_command(shop: Flask, cli: FlaskCliRunner) -> None:
    first, _ = (
        no_nan(cli.invoke(args=["ml", "train", "rfm", *AS_OF, "--json"]).stdout)["rfm"]["run"]
        for _ in range(2)
    )
    cli.invoke(args=["ml", "rollback", "rfm"])
    assert f"rfm: {first} is held since" in cli.invoke(args=["ml", "status"]).stdout
    assert f"held back: {first}" in cli.invoke(args=["ml", "train", "rfm", *AS_OF]).stderr
    assert f"{first} is released" in cli.invoke(args=["ml", "release", "rfm", "--reason", "mended"]).stdout
    assert no_nan(cli.invoke(args=["ml", "status", "--json"]).stdout)["rfm"]["held_since"] is None
    again = cli.invoke(args=["ml", "release", "rfm"])
    assert (again.exit_code, f"{first} is not held" in again.stderr) == (1, True)


@pytest.mark.parametrize(
    ("question", "told"), [("love", "There is no question love"), ("clv", "clv has no live run")]
)
def test_what_cannot_be_rolled_back_is_refused(cli: FlaskCliRunner, question: str, told: str) -> None:
    for command in ("rollback", "release"):
        result = cli.invoke(args=["ml", command, question])
        assert (result.exit_code, told in result.stderr) == (1, True)
