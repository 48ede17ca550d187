"""Every command group, by noun."""

from flask.cli import AppGroup

from smartshop.cli.people import group as people

GROUPS: tuple[AppGroup, ...] = (people,)
