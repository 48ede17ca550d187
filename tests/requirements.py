"""What a test may need that a machine may lack: skip with a reason, or fail where it is required."""

import os
import shutil
from pathlib import Path

import pytest

REQUIRED = frozenset(filter(None, os.environ.get("SMARTSHOP_TEST_REQUIRE", "").split(",")))


def missing(name: str, reason: str) -> None:
    """Skip, or fail when ``SMARTSHOP_TEST_REQUIRE`` names it."""
    if name in REQUIRED:
        pytest.fail(f"{name} is required here, but {reason}")
    pytest.skip(reason)


def data_file(name: str) -> Path:
    """A public data file, from the folder that SMARTSHOP_DATA_DIR names."""
    folder = os.environ.get("SMARTSHOP_DATA_DIR")
    if not folder:
        missing("data", "SMARTSHOP_DATA_DIR is not set (docs/data.md says where to get the files)")
    path = Path(folder or "") / name
    if not path.is_file():
        missing("data", f"{name} is not in SMARTSHOP_DATA_DIR")
    return path


def postgres_url() -> str:
    """A server URL whose user may create databases."""
    url = os.environ.get("SMARTSHOP_TEST_POSTGRES_URL", "")
    if not url:
        missing("postgres", "SMARTSHOP_TEST_POSTGRES_URL is not set")
    return url


def redis_url() -> str:
    url = os.environ.get("SMARTSHOP_TEST_REDIS_URL", "")
    if not url:
        missing("redis", "SMARTSHOP_TEST_REDIS_URL is not set")
    return url


def chromium() -> str:
    """The path of a Chromium that Playwright can drive."""
    path = (
        os.environ.get("SMARTSHOP_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    )
    if not path:
        missing("browser", "no Chromium is installed")
    return path or ""
