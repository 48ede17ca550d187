"""Offers that run in the simulated shop from the day it is made; its history knows none of them."""

from smartshop.catalog.queries import editing as catalog
from smartshop.kernel.audit import Actor
from smartshop.pricing.operations import promoting
from smartshop.pricing.rules.editing import PromotionFacts
from smartshop.pricing.rules.promotions import WHOLE, Kind, Scope

CANDLES = "Candles & Soap"


def write_promotions(scale: int, actor: Actor) -> None:
    """Ten percent off a first order, three for two on a shelf, and free delivery with a code; 100 × scale is one unit."""
    candles = frozenset(number for number, name in catalog.categories() if name == CANDLES)
    for facts in (
        _offer(
            "10% off your first order", Kind.PERCENTAGE, code="WELCOME10", basis_points=1000, is_first=True
        ),
        _offer("3 for 2 on candles and soap", Kind.BUY_GET, covers=candles),
        _offer("Free delivery", Kind.FREE_SHIPPING, code="FREEPOST", minimum_minor=3000 * scale),
    ):
        promoting.create(facts=facts, actor=actor)


def _offer(
    name: str,
    kind: Kind,
    *,
    code: str = "",
    basis_points: int = WHOLE,
    covers: frozenset[int] = frozenset(),
    minimum_minor: int = 0,
    is_first: bool = False,
) -> PromotionFacts:
    buy, get = (2, 1) if kind is Kind.BUY_GET else (0, 0)
    return PromotionFacts(
        name=name,
        kind=kind,
        needs_code=bool(code),
        code=code,
        basis_points=basis_points,
        amount_minor=0,
        buy_quantity=buy,
        get_quantity=get,
        scope=Scope.CATEGORIES if covers else Scope.ORDER,
        target_ids=covers,
        minimum_goods_minor=minimum_minor,
        minimum_quantity=0,
        starts_at=None,
        ends_at=None,
        is_for_new_customers=is_first,
        segments=(),
        limit_total=None,
        limit_per_customer=None,
        is_combinable=True,
        priority=0,
    )
