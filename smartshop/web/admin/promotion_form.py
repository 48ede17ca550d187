"""The form of a promotion: what it shows, and the facts that its answers are."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from flask import request

from smartshop.catalog.queries import editing as catalog
from smartshop.insights.queries.segments import SEGMENTS
from smartshop.pricing.rules.editing import PromotionFacts
from smartshop.pricing.rules.promotions import Scope
from smartshop.web import parsing
from smartshop.web.admin.comparing import Difference
from smartshop.web.admin.comparing import differences as compared
from smartshop.web.admin.speaking import _
from smartshop.web.presenting import decimal, settings

PERCENT = re.compile(r"[0-9]{1,3}([.,][0-9]{1,2})?")
FRESH: Mapping[str, str | list[str]] = {
    "kind": "percentage",
    "scope": "order",
    "way": "automatic",
    "is_combinable": "y",
    "get_percent": "100",
    "buy_quantity": "2",
    "get_quantity": "1",
}
Answers = Mapping[str, str | list[str]]


def sent() -> Answers:
    """The answers as typed, to show them again."""
    several = {name: request.form.getlist(name) for name in ("categories", "segments")}
    return {**request.form.to_dict(), **several}


def answers(facts: PromotionFacts) -> Answers:
    """What the form shows of a promotion as it is."""
    gift = "get_percent" if facts.kind == "buy_get" else "percent"
    return {
        "name": facts.name,
        "kind": facts.kind,
        "way": "code" if facts.needs_code else "automatic",
        "code": facts.code,
        "get_percent": "100",
        gift: f"{facts.basis_points / 100:g}",
        "amount": decimal(facts.amount_minor) if facts.amount_minor else "",
        "buy_quantity": str(facts.buy_quantity or 2),
        "get_quantity": str(facts.get_quantity or 1),
        "scope": facts.scope,
        "categories": [str(target) for target in facts.target_ids] if facts.scope == Scope.CATEGORIES else [],
        "products": "\n".join(catalog.skus_of(facts.target_ids)) if facts.scope == Scope.PRODUCTS else "",
        "minimum_goods": decimal(facts.minimum_goods_minor) if facts.minimum_goods_minor else "",
        "minimum_quantity": str(facts.minimum_quantity or ""),
        "starts_at": _typed(facts.starts_at),
        "ends_at": _typed(facts.ends_at),
        "is_for_new_customers": "y" if facts.is_for_new_customers else "",
        "segments": list(facts.segments),
        "limit_total": str(facts.limit_total or ""),
        "limit_per_customer": str(facts.limit_per_customer or ""),
        "is_combinable": "y" if facts.is_combinable else "",
        "priority": str(facts.priority),
    }


def differences(saved: Answers) -> list[Difference]:
    """What was typed beside what is saved by now."""
    names = {str(category_id): name for category_id, name in catalog.categories()}
    both = [dict(saved), dict(sent())]
    for shown in both:
        shown["categories"] = [names.get(target, target) for target in shown.get("categories", [])]
    return compared(_labels(), *both)


def _labels() -> dict[str, str]:
    return {
        "name": _("Name"),
        "kind": _("Kind"),
        "percent": _("Percent off"),
        "amount": _("Amount off"),
        "buy_quantity": _("Buy"),
        "get_quantity": _("Get"),
        "get_percent": _("Percent off what one gets"),
        "scope": _("It covers"),
        "categories": _("Categories"),
        "products": _("Products"),
        "way": _("How it is used"),
        "code": _("Code that everybody may use"),
        "starts_at": _("From (UTC)"),
        "ends_at": _("Until (UTC)"),
        "is_for_new_customers": _("Only for the first order of a customer"),
        "segments": _("Segments"),
        "minimum_goods": _("From goods worth"),
        "minimum_quantity": _("From how many pieces"),
        "limit_total": _("Uses in all"),
        "limit_per_customer": _("Uses per customer"),
        "is_combinable": _("Combine it with others that combine"),
        "priority": _("Priority"),
    }


def facts() -> PromotionFacts:
    """The promotion that was typed; what could not be read of it is named in it."""
    typed, unreadable = request.form, dict[str, str]()
    starts_at, ends_at = (_moment(name, unreadable) for name in ("starts_at", "ends_at"))
    kind, scope = typed.get("kind", ""), typed.get("scope", "")
    minimum = typed.get("minimum_goods", "").strip()
    return PromotionFacts(
        name=" ".join(typed.get("name", "").split()),
        kind=kind,
        needs_code=typed.get("way") == "code",
        code=typed.get("code", ""),
        basis_points=_share(
            typed.get({"percentage": "percent", "buy_get": "get_percent"}.get(kind, ""), "100")
        ),
        amount_minor=parsing.amount(typed.get("amount"), settings().currency) if kind == "amount" else 0,
        buy_quantity=parsing.whole_number(typed.get("buy_quantity")) if kind == "buy_get" else 0,
        get_quantity=parsing.whole_number(typed.get("get_quantity")) if kind == "buy_get" else 0,
        scope=scope,
        target_ids=_targets(scope, unreadable),
        minimum_goods_minor=parsing.amount(minimum, settings().currency) if minimum else 0,
        minimum_quantity=_number("minimum_quantity") or 0,
        starts_at=starts_at,
        ends_at=ends_at,
        is_for_new_customers=typed.get("is_for_new_customers") == "y",
        segments=tuple(name for name in SEGMENTS if name in typed.getlist("segments")),
        limit_total=_number("limit_total"),
        limit_per_customer=_number("limit_per_customer"),
        is_combinable=typed.get("is_combinable") == "y",
        priority=_number("priority") or 0,
        unreadable=unreadable,
    )


def _targets(scope: str, unreadable: dict[str, str]) -> frozenset[int]:
    if scope == Scope.CATEGORIES:
        return frozenset(parsing.whole_number(number) for number in request.form.getlist("categories"))
    if scope != Scope.PRODUCTS:
        return frozenset()
    skus = {line.strip() for line in request.form.get("products", "").splitlines() if line.strip()}
    known = catalog.products_of(skus)
    strangers = sorted(skus - set(known))
    if strangers:
        unreadable["products"] = (
            f"No product has the code {', '.join(strangers[:3])}. Check how it is written."
        )
    return frozenset(known.values())


def _number(name: str) -> int | None:
    text = request.form.get(name, "").strip()
    return parsing.whole_number(text) if text else None


def _share(text: str) -> int:
    """Basis points of a percentage such as 12.5; -1 for what is none."""
    stripped = text.strip()
    if not PERCENT.fullmatch(stripped):
        return -1
    whole, _dot, rest = stripped.replace(",", ".").partition(".")
    return int(whole) * 100 + int(rest.ljust(2, "0") or 0)


def _moment(name: str, unreadable: dict[str, str]) -> datetime | None:
    text = request.form.get(name, "").strip()
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        unreadable[name] = "Give a day and a time such as 2026-11-20 09:00, or leave it empty."
        return None


def _typed(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M") if moment else ""
