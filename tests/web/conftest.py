"""Browsers for the tests of pages."""

import pytest
from flask import Flask

from tests.browser_client import ShopClient


@pytest.fixture
def visitor(app: Flask) -> ShopClient:
    """A browser in front of an empty shop."""
    return ShopClient(app)


@pytest.fixture
def any_visitor(any_app: Flask) -> ShopClient:
    """A browser in front of an empty shop, on each database in turn."""
    return ShopClient(any_app)
