"""When a job is due, to the second and the same in every process, and when a running one is given up."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
KEPT_FOR = timedelta(days=14)
"""How long the ledger remembers a due moment."""


@dataclass(frozen=True)
class Every:
    """Due at every whole multiple of ``seconds`` since 1970."""

    seconds: int

    def last_due(self, now: datetime) -> datetime:
        """The latest due moment that is not after ``now``."""
        passed = int((now - EPOCH).total_seconds())
        return EPOCH + timedelta(seconds=passed - passed % self.seconds)

    def next_due(self, now: datetime) -> datetime:
        """The first due moment after ``now``."""
        return self.last_due(now) + timedelta(seconds=self.seconds)

    def __str__(self) -> str:
        if self.seconds % 60 == 0:
            return "every minute" if self.seconds == 60 else f"every {self.seconds // 60} minutes"
        return "every second" if self.seconds == 1 else f"every {self.seconds} seconds"


@dataclass(frozen=True)
class Daily:
    """Due once a day, at ``hour``:``minute`` UTC."""

    hour: int
    minute: int = 0

    def last_due(self, now: datetime) -> datetime:
        """The latest due moment that is not after ``now``."""
        today = now.replace(hour=self.hour, minute=self.minute, second=0, microsecond=0)
        return today if today <= now else today - timedelta(days=1)

    def next_due(self, now: datetime) -> datetime:
        """The first due moment after ``now``."""
        return self.last_due(now) + timedelta(days=1)

    def __str__(self) -> str:
        return f"daily at {self.hour:02}:{self.minute:02} UTC"


Rhythm = Every | Daily


def is_overdue(started_at: datetime, now: datetime, deadline: timedelta) -> bool:
    """Whether a run still marked as running has outlived its deadline."""
    return now - started_at > deadline


def forgotten_before(now: datetime) -> datetime:
    """Ledger rows due before this moment may go."""
    return now - KEPT_FOR
