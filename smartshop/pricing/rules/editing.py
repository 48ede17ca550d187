"""What staff may say of a promotion, and which state it is in. Pure."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from smartshop.kernel.errors import Invalid
from smartshop.pricing.rules.eligibility import written
from smartshop.pricing.rules.promotions import WHOLE, Kind, Scope

LONGEST_NAME = 120
HIGHEST_MINOR = 100_000_000_000
MOST = 1_000_000
MOST_PIECES = 99
MOST_CODES_AT_ONCE = 1000
CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{2,39}")


class State(StrEnum):
    RUNNING = "running"
    SCHEDULED = "scheduled"
    ENDED = "ended"
    USED_UP = "used_up"
    OFF = "off"


@dataclass(frozen=True)
class PromotionFacts:
    """A promotion as a form tells it. Numbers are -1 where what was typed is none; ``unreadable`` names such dates.

    Shares are basis points, amounts minor units of the shop's currency, ``code`` empty for one without a shared code.
    """

    name: str
    kind: str
    needs_code: bool
    code: str
    basis_points: int
    amount_minor: int
    buy_quantity: int
    get_quantity: int
    scope: str
    target_ids: frozenset[int]
    minimum_goods_minor: int
    minimum_quantity: int
    starts_at: datetime | None
    ends_at: datetime | None
    is_for_new_customers: bool
    segments: tuple[str, ...]
    limit_total: int | None
    limit_per_customer: int | None
    is_combinable: bool
    priority: int
    unreadable: dict[str, str] = field(default_factory=dict)

    @property
    def stored(self) -> dict[str, Any]:
        """The columns of it."""
        own = {"code", "target_ids", "segments", "unreadable"}
        audience = {"segments": list(self.segments)} if self.segments else {}
        return {name: value for name, value in vars(self).items() if name not in own} | {"audience": audience}


def checked(facts: PromotionFacts) -> PromotionFacts:
    """The facts, if they make sense.

    Raises Invalid with a message per field.
    """
    problems = {**facts.unreadable, **_words(facts), **_gains(facts), **_limits(facts)}
    if problems:
        raise Invalid("Please correct the marked fields.", problems)
    return facts


def state(
    *,
    is_active: bool,
    starts_at: datetime | None,
    ends_at: datetime | None,
    used: int,
    limit_total: int | None,
    at: datetime,
) -> State:
    """Which of the states a promotion is in at a moment; what keeps it from counting for good comes first."""
    if not is_active:
        return State.OFF
    if ends_at is not None and ends_at <= at:
        return State.ENDED
    if limit_total is not None and used >= limit_total:
        return State.USED_UP
    return State.SCHEDULED if starts_at is not None and starts_at > at else State.RUNNING


def _words(facts: PromotionFacts) -> dict[str, str]:
    problems = {}
    if not 1 <= len(facts.name) <= LONGEST_NAME:
        problems["name"] = f"Give it a name of at most {LONGEST_NAME} characters: customers read it."
    if facts.kind not in frozenset(Kind):
        problems["kind"] = "Choose one of the kinds shown."
    if facts.scope not in frozenset(Scope):
        problems["scope"] = "Choose one of the choices shown."
    elif facts.scope != Scope.ORDER and not facts.target_ids and "products" not in facts.unreadable:
        problems[facts.scope] = "Choose at least one, or let it cover the whole order."
    if facts.needs_code and facts.code and not CODE.fullmatch(written(facts.code)):
        problems["code"] = "Use 3 to 40 letters from A to Z, digits, - and _."
    return problems


def _gains(facts: PromotionFacts) -> dict[str, str]:
    problems = {}
    if facts.kind in {Kind.PERCENTAGE, Kind.BUY_GET} and not 1 <= facts.basis_points <= WHOLE:
        name = "percent" if facts.kind == Kind.PERCENTAGE else "get_percent"
        problems[name] = "Give a percentage above 0 and up to 100, such as 10 or 12.5."
    if facts.kind == Kind.AMOUNT and not 0 < facts.amount_minor <= HIGHEST_MINOR:
        problems["amount"] = "Give an amount above zero, such as 5.00."
    if facts.kind == Kind.BUY_GET:
        for name in ("buy_quantity", "get_quantity"):
            if not 1 <= getattr(facts, name) <= MOST_PIECES:
                problems[name] = f"Give a number from 1 to {MOST_PIECES}."
    return problems


def _limits(facts: PromotionFacts) -> dict[str, str]:
    problems = {}
    if not 0 <= facts.minimum_goods_minor <= HIGHEST_MINOR:
        problems["minimum_goods"] = "Give an amount such as 25.00, or leave it empty."
    for name, least in (
        ("minimum_quantity", 0),
        ("limit_total", 1),
        ("limit_per_customer", 1),
        ("priority", 0),
    ):
        value = getattr(facts, name)
        if value is not None and not least <= value <= MOST:
            problems[name] = f"Give a whole number from {least} up, or leave it empty."
    if facts.starts_at and facts.ends_at and facts.starts_at >= facts.ends_at:
        problems["ends_at"] = "The end must come after the beginning."
    return problems
