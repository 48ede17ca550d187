"""``flask shop demo``."""

import json
from pathlib import Path

import click
import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.catalog.models import Product
from smartshop.cli.demo import demo
from smartshop.cli.noun import Noun
from smartshop.kernel.extensions import db


@pytest.fixture
def command() -> click.Group:
    group = Noun("shop")
    group.add_command(demo)
    return group


def _products() -> int:
    count = db.session.scalar(sa.select(sa.func.count()).select_from(Product))
    db.session.rollback()
    return count or 0


def test_demo_prints_what_it_made_and_two_ways_in(app: Flask, command: click.Group) -> None:
    result = app.test_cli_runner().invoke(command, ["demo", "--customers", "60", "--months", "6"])
    assert result.exit_code == 0
    assert "60 customers, 120 products" in result.stdout
    assert "admin@example.com" in result.stdout
    assert "customer@example.com" in result.stdout
    assert _products() == 120


def test_demo_prints_json_and_nothing_else(app: Flask, command: click.Group) -> None:
    result = app.test_cli_runner().invoke(command, ["demo", "--customers", "60", "--months", "6", "--json"])
    report = json.loads(result.stdout)
    assert report["customers"] == 60
    assert report["admin"]["email"] == "admin@example.com"
    assert report["revenue_minor"] > 0


def test_demo_refuses_a_shop_that_is_not_empty_with_one_clear_line(app: Flask, command: click.Group) -> None:
    runner = app.test_cli_runner()
    runner.invoke(command, ["demo", "--customers", "60", "--months", "6"])
    again = runner.invoke(command, ["demo", "--customers", "60", "--months", "6"])
    assert again.exit_code == 1
    assert again.stderr.startswith("Error: This shop has products or orders already.")
    assert _products() == 120


@pytest.mark.parametrize(
    "options", [["--customers", "0"], ["--customers", "many"], ["--months", "-2"], ["--seed", "-1"]]
)
def test_demo_refuses_impossible_sizes(app: Flask, command: click.Group, options: list[str]) -> None:
    result = app.test_cli_runner().invoke(command, ["demo", *options])
    assert result.exit_code == 2
    assert options[0] in result.stderr
    assert _products() == 0


def test_demo_if_empty_fills_an_empty_shop_and_leaves_another_alone(app: Flask, command: click.Group) -> None:
    runner = app.test_cli_runner()
    small = ["demo", "--if-empty", "--customers", "60", "--months", "6"]
    assert runner.invoke(command, small).exit_code == 0
    kept = Path(app.instance_path) / "demo-accounts.json"
    before = kept.read_text(encoding="utf-8")
    again = runner.invoke(command, small)
    assert (again.exit_code, again.output) == (0, "")
    assert kept.read_text(encoding="utf-8") == before
    assert _products() == 120


def test_demo_keeps_the_accounts_where_only_the_owner_reads_them(app: Flask, command: click.Group) -> None:
    result = app.test_cli_runner().invoke(command, ["demo", "--customers", "60", "--months", "6", "--json"])
    report = json.loads(result.stdout)
    path = Path(app.instance_path) / "demo-accounts.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text(encoding="utf-8")) == [
        {"role": "admin", **report["admin"]},
        {"role": "customer", **report["customer"]},
    ]
