"""One served shop for the attacks of a module; each test brings people and addresses of its own."""

from collections.abc import Iterator

import pytest

from tests.attacks.crowd import Target, attacked
from tests.databases import SqliteDatabase


@pytest.fixture(scope="module")
def served_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("attacked")
    database = SqliteDatabase(folder)
    with attacked(database.app, folder) as target:
        yield target


@pytest.fixture
def target(served_shop: Target) -> Iterator[Target]:
    """The served shop, with its app context pushed."""
    with served_shop.app.app_context():
        yield served_shop
