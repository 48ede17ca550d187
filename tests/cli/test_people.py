"""The team from the command line."""

import pytest
from flask import Flask

from smartshop.identity.queries import team
from smartshop.identity.rules.roles import Role
from tests import factories
from tests.row_counts import nothing_changes


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    done = app.test_cli_runner().invoke(args=["people", *arguments])
    return done.exit_code, done.output


def test_somebody_is_invited_with_several_roles(app: Flask) -> None:
    code, said = run(app, "invite", "Grace@example.com", "--role", "support", "--role", "Catalog Manager")
    assert (code, said) == (0, "Invited grace@example.com as Support, Catalog manager.\n")
    [invited] = team.invitations()
    assert [role.name for role in invited.roles] == ["support", "catalog_manager"]


def test_a_member_is_switched_off_and_the_last_admin_is_not(app: Flask) -> None:
    factories.make_person(email="root@example.com", role=Role.ADMIN)
    factories.make_person(email="sue@example.com", role=Role.SUPPORT)
    assert run(app, "deactivate", "sue@example.com")[0] == 0
    with nothing_changes():
        code, said = run(app, "deactivate", "root@example.com")
    assert (code != 0, "at least one active admin" in said) == (True, True)


def test_roles_are_listed_with_what_they_allow(app: Flask) -> None:
    factories.make_person(role=Role.ANALYST)
    assert "Analyst (1): analytics:export, analytics:view" in run(app, "roles")[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("invite", "grace@example.com", "--role", "wizard"), "There is no role 'wizard'"),
        (("deactivate", "nobody@example.com"), "There is no account"),
    ],
)
def test_what_there_is_not_is_said_plainly(app: Flask, arguments: tuple[str, ...], said: str) -> None:
    with nothing_changes():
        code, output = run(app, *arguments)
    assert (code != 0, said in output) == (True, True)
