"""The command group every noun uses: errors of the shop become one clear line, never a stack trace."""

from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from smartshop.kernel.errors import DomainError, Invalid


class Noun(AppGroup):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Invalid as error:
            details = [f"  {field}: {problem}" for field, problem in error.fields.items()]
            raise click.ClickException("\n".join([error.message, *details])) from error
        except DomainError as error:
            raise click.ClickException(error.message) from error
        except (OperationalError, ProgrammingError) as error:
            raise click.ClickException(f"{_database_problem(error)}") from error


def _database_problem(error: OperationalError | ProgrammingError) -> str:
    text = str(error.orig)
    if "no such table" in text or "does not exist" in text:
        return "The database is not set up. Run 'flask db upgrade' first."
    return f"The database refused: {text.strip().splitlines()[0]}"
