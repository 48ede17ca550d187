"""Documents that cannot lie: generated tables are fresh, links lead somewhere, named commands exist."""

import re

import pytest
from flask import Flask

from smartshop.cli import docs
from smartshop.kernel.config import ROOT
from tests.requirements import REQUIRED

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
NOUNS_OF_LIBRARIES = {"db"}


def test_reference_tables_say_what_the_program_does(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["docs", "check"])
    assert result.exit_code == 0, result.output


def test_a_stale_table_is_noticed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(docs.PAGES, "settings", lambda: "something else\n")
    result = app.test_cli_runner().invoke(args=["docs", "check"])
    assert result.exit_code == 1
    assert "stale: settings" in result.output


def test_links_lead_somewhere() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_commands_that_documents_name_exist(app: Flask) -> None:
    named = {
        (page.name, noun, verb)
        for page in PAGES
        for noun, verb in re.findall(r"`flask ([a-z]+) ([a-z-]+)", page.read_text(encoding="utf-8"))
        if noun not in NOUNS_OF_LIBRARIES
    }
    groups = app.cli.commands
    missing = sorted(
        case
        for case in named
        if case[1] not in groups or case[2] not in getattr(groups[case[1]], "commands", {})
    )
    assert missing == []


def test_make_targets_that_the_readme_names_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"make ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert {
        target for target in named if not re.search(rf"^{target}:", makefile, flags=re.MULTILINE)
    } == set()


def test_every_folder_is_on_the_map() -> None:
    text = (ROOT / "docs" / "map.md").read_text(encoding="utf-8")
    folders = [path.name for path in (ROOT / "smartshop").iterdir() if (path / "__init__.py").is_file()]
    assert [name for name in folders if f"`smartshop/{name}/`" not in text] == []


def test_nothing_is_required_that_is_not_known() -> None:
    assert {"postgres", "redis", "browser", "data"} >= REQUIRED
