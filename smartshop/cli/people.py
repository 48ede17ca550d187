"""``flask people``: accounts from the command line."""

import secrets
import sys

import click
from flask import current_app

from smartshop.cli.noun import Noun
from smartshop.identity.operations import accounts, inviting, two_factor
from smartshop.identity.operations import team as operations
from smartshop.identity.queries import people, team
from smartshop.identity.queries.team import RoleKept
from smartshop.identity.rules.roles import Role
from smartshop.kernel.audit import Actor
from smartshop.kernel.uow import unit_of_work
from smartshop.messaging.operations import outbox

group = Noun("people", help="Accounts of customers and staff.")
COMMAND_LINE = Actor(None, "command line")


@group.command("create")
@click.argument("email")
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), required=True, help="What they may do."
)
@click.option("--name", default="", help="Their name; the part before the @ when left out.")
@click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input instead of making one."
)
def create(email: str, role: str, name: str, *, password_stdin: bool) -> None:
    """Create an account; prints the password when it was made up here."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else secrets.token_urlsafe(12)
    cost = current_app.config["SETTINGS"].password_cost
    with unit_of_work():
        person_id = accounts.sign_up(
            email=email, name=name or email.split("@", maxsplit=1)[0], password=password, password_cost=cost
        )
        if role != Role.CUSTOMER:
            accounts.grant_role(person_id=person_id, role=Role(role), actor=COMMAND_LINE)
    click.echo(f"Created {email.strip().lower()} as {role}.")
    if not password_stdin:
        click.echo(f"Password: {password}")


@group.command("reset-two-factor")
@click.argument("email")
def reset_two_factor(email: str) -> None:
    """Take the second factor off an account whose owner has lost it; every sign-in of theirs ends."""
    person_id = people.by_email(email)
    two_factor.reset(person_id=person_id, actor=COMMAND_LINE, post=outbox.enqueue)
    click.echo(f"Two-factor sign-in is off for {email.strip().lower()}; they were told by e-mail.")


@group.command("invite")
@click.argument("email")
@click.option("--role", "labels", multiple=True, required=True, help="A role, by its name; may be repeated.")
def invite(email: str, labels: tuple[str, ...]) -> None:
    """Mail somebody an invitation to join the team."""
    found = _roles(labels)
    inviting.invite(
        email=email, role_ids=[role.id for role in found], actor=COMMAND_LINE, post=outbox.enqueue
    )
    click.echo(f"Invited {email.strip().lower()} as {', '.join(role.label for role in found)}.")


@group.command("deactivate")
@click.argument("email")
def deactivate(email: str) -> None:
    """Switch off the account of somebody on the team; every sign-in of theirs ends."""
    operations.deactivate(person_id=people.by_email(email), actor=COMMAND_LINE)
    click.echo(f"{email.strip().lower()} is switched off and signed out.")


@group.command("roles")
def roles() -> None:
    """Print every role of staff, how many active people have it, and what it allows."""
    for role in team.roles():
        click.echo(f"{role.label} ({role.members}): {', '.join(sorted(role.permissions)) or 'nothing'}")


def _roles(labels: tuple[str, ...]) -> list[RoleKept]:
    known = {role.label.lower(): role for role in team.roles()}
    unknown = [label for label in labels if label.lower() not in known]
    if unknown:
        names = ", ".join(role.label for role in known.values())
        raise click.ClickException(f"There is no role {unknown[0]!r}. The roles: {names}.")
    return [known[label.lower()] for label in labels]
