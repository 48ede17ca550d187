"""Every command group, by noun."""

from flask.cli import AppGroup

from smartshop.cli.assets import group as assets
from smartshop.cli.docs import group as docs
from smartshop.cli.jobs import group as jobs
from smartshop.cli.ml import group as ml
from smartshop.cli.people import group as people
from smartshop.cli.report import group as report
from smartshop.cli.shop import group as shop

GROUPS: tuple[AppGroup, ...] = (people, shop, ml, jobs, report, assets, docs)
