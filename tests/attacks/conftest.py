"""One shop that gunicorn serves for all attacks. What a test did to it is undone before the next."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from smartshop.kernel.extensions import db
from tests.attacks.crowd import Target, attacked
from tests.attacks.stocked import Stock, fill
from tests.databases import SqliteDatabase
from tests.house.inhabited import Shop
from tests.over_http import OverHttp


@dataclass(frozen=True)
class Served:
    """The shop, where it listens, and its rows as they were in the beginning."""

    target: Target
    shop: Shop
    snapshot: Path

    def renew(self) -> None:
        """Every row as in the beginning, under the feet of the server."""
        _forget_connections(self.target.app)
        live = self.target.app.config["SETTINGS"].instance / "shop.db"
        with closing(sqlite3.connect(self.snapshot)) as before, closing(sqlite3.connect(live)) as now:
            before.backup(now)


def _forget_connections(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("attacked")
    app = SqliteDatabase(folder).app
    with app.app_context():
        shop = fill(app)
    _forget_connections(app)
    snapshot = folder / "snapshot.db"
    with (
        closing(sqlite3.connect(app.config["SETTINGS"].instance / "shop.db")) as now,
        closing(sqlite3.connect(snapshot)) as kept,
    ):
        now.backup(kept)
    with attacked(app, folder) as target:
        yield Served(target, shop, snapshot)


@pytest.fixture
def target(served: Served) -> Iterator[Target]:
    """The served shop, with its app context pushed: what it holds is read past the server."""
    served.renew()
    with served.target.app.app_context():
        yield served.target


@pytest.fixture
def stock(target: Target, served: Served) -> Stock:
    """The served shop, and the way to it over real connections."""
    return Stock(served.shop, OverHttp(target.port))
