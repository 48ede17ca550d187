from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask

from smartshop.kernel.config import Settings
from smartshop.kernel.extensions import db
from tests.insights import histories


@pytest.fixture
def settings(app: Flask) -> Settings:
    made_with: Settings = app.config["SETTINGS"]
    return made_with


@pytest.fixture
def shop(app: Flask) -> Flask:
    """A shop on SQLite with a believable history that ends at `histories.END`."""
    histories.write_believable_history()
    return app


@pytest.fixture
def the_day_after() -> Iterator[None]:
    """The history has just ended: "today" is `histories.END`."""
    with time_machine.travel(histories.END.replace(hour=9), tick=True):
        yield


@pytest.fixture
def believable(any_app: Flask) -> Iterator[Settings]:
    histories.write_believable_history()
    settings: Settings = any_app.config["SETTINGS"]
    yield settings
    db.session.rollback()
