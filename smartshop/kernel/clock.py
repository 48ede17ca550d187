"""The only clock. Everything that asks for the time asks here, so that tests can stop it."""

from datetime import UTC, date, datetime


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """This day, in UTC."""
    return now().date()
