"""``flask docs``: the reference tables, generated from the program itself so that they cannot lie."""

from collections.abc import Callable, Iterator

import click
from flask import current_app

from smartshop.cli.noun import Noun
from smartshop.identity.rules.roles import ROLE_GRANTS
from smartshop.insights.queries.reports import catalogue
from smartshop.insights.queries.reports.declared import Wanted
from smartshop.kernel import permissions
from smartshop.kernel.config import ROOT, Settings
from smartshop.kernel.permissions import Permission

FOLDER = ROOT / "docs" / "reference"
ACCESS = "__access__"
FRESH = "__fresh__"
ESCAPED_BAR = "\\|"
group = Noun("docs", help="The generated reference tables in docs/reference.")


def _table(title: str, intro: str, head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [f"# {title}", "", intro, "", f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(cell.replace('|', ESCAPED_BAR) for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _settings() -> str:
    def rows() -> Iterator[tuple[str, ...]]:
        for name, field in Settings.model_fields.items():
            alias = field.validation_alias
            variable = alias if isinstance(alias, str) else f"SMARTSHOP_{name.upper()}"
            default = "instance" if name == "instance" else str(field.default)
            yield (
                f"`{variable}`",
                f"`{default}`" if default not in {"", "None"} else "",
                field.description or "",
            )

    intro = "Read once from the environment when the program starts, and validated then."
    return _table("Settings", intro, ("variable", "default", "meaning"), rows())


def _permissions() -> str:
    meaning = permissions.meanings()

    def rows() -> Iterator[tuple[str, ...]]:
        for permission in Permission:
            roles = ", ".join(role.value for role, grants in ROLE_GRANTS.items() if permission in grants)
            yield f"`{permission}`", meaning[permission], roles

    return _table(
        "Permissions",
        "What each allows, and the built-in roles that hold it.",
        ("permission", "allows", "roles"),
        rows(),
    )


def _routes() -> str:
    def rows() -> Iterator[tuple[str, ...]]:
        rules = [rule for rule in current_app.url_map.iter_rules() if rule.endpoint != "static"]
        for rule in sorted(rules, key=lambda rule: (rule.rule, sorted(rule.methods or ()))):
            methods = ", ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
            view = current_app.view_functions[rule.endpoint]
            access, fresh = getattr(view, ACCESS), getattr(view, FRESH)
            asked = {True: "yes", False: ""}.get(fresh, f"with `{fresh}`")
            yield f"`{rule.rule}`", methods, f"`{rule.endpoint}`", f"`{access.value}`", asked

    return _table(
        "Routes",
        "Every address and who may open it, and which ask once more who somebody is.",
        ("address", "methods", "endpoint", "needs", "asks again"),
        rows(),
    )


def _commands() -> str:
    ours = [command for command in current_app.cli.commands.values() if isinstance(command, Noun)]

    def rows() -> Iterator[tuple[str, ...]]:
        for noun in sorted(ours, key=lambda noun: noun.name or ""):
            for name, command in sorted(noun.commands.items()):
                context = click.Context(command, info_name=f"flask {noun.name} {name}")
                usage = " ".join(command.collect_usage_pieces(context))
                yield f"`flask {noun.name} {name} {usage}`", command.get_short_help_str(limit=200)

    intro = "`flask COMMAND --help` says more. `flask db upgrade` migrates the database."
    return _table("Commands", intro, ("command", "does"), rows())


def _reports() -> str:
    wanted = Wanted(currency=current_app.config["SETTINGS"].currency)

    def rows() -> Iterator[tuple[str, ...]]:
        for report in catalogue.REPORTS:
            columns = [
                f"`{column.name}`{' (personal)' if column.is_personal else ''}"
                for column in report.columns(wanted)
            ]
            yield f"`{report.name}`", ", ".join(columns), ", ".join(sorted(report.filters))

    intro = (
        "CSV at `/admin/reports/<name>.csv` or by `flask report NAME`. Personal columns need `customers:pii`."
    )
    return _table("Reports", intro, ("report", "columns", "filters"), rows())


PAGES: dict[str, Callable[[], str]] = {
    "settings": _settings,
    "permissions": _permissions,
    "routes": _routes,
    "commands": _commands,
    "reports": _reports,
}


@group.command("write")
def write() -> None:
    """Write every table again."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (FOLDER / f"{name}.md").write_text(page(), encoding="utf-8")
    click.echo(f"Wrote {len(PAGES)} tables to docs/reference.")


@group.command("check")
def check() -> None:
    """Fail when a table no longer says what the program does."""
    stale = [
        name
        for name, page in PAGES.items()
        if not (FOLDER / f"{name}.md").is_file()
        or (FOLDER / f"{name}.md").read_text(encoding="utf-8") != page()
    ]
    if stale:
        raise click.ClickException(f"docs/reference is stale: {', '.join(stale)}. Run 'make docs'.")
