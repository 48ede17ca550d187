"""What every admin template may call: who somebody is (as far as one may know), and the links of sorted columns."""

from typing import Any

from flask import request, url_for

from smartshop.inventory.queries import low
from smartshop.kernel.permissions import Permission
from smartshop.web.admin.blueprint import bp
from smartshop.web.admin.speaking import _
from smartshop.web.presenting import recognised, settings


def sees_people() -> bool:
    """Whether this person may see names and e-mail addresses of customers."""
    somebody = recognised()
    return somebody is not None and somebody.can(Permission.CUSTOMERS_PII)


def sees_changes() -> bool:
    """Whether this person may see what staff changed, and who signed in."""
    somebody = recognised()
    return somebody is not None and somebody.can(Permission.AUDIT_VIEW)


def who(person_id: int | None, name: str | None, email: str | None = None) -> str:
    """A customer's name where it may be seen, else their number; a guest is a guest."""
    if sees_people() and (name or email):
        return name or email or ""
    return _("Guest") if person_id is None else _("Customer %(number)s", number=person_id)


def here(**changes: Any) -> str:
    """This page's address with some of its query changed; None takes a part out, and the page starts over."""
    values = {**request.args.to_dict(), **changes, "page": None}
    kept = {key: value for key, value in values.items() if value not in (None, "")}
    return url_for(request.endpoint or "admin.dashboard", **(request.view_args or {}), **kept)


def sortable(
    label: str, name: str, current: str, *, is_descending: bool, is_number: bool = False
) -> dict[str, Any]:
    """A column whose header sorts: by it from the top first, then round and round."""
    is_current = name == current
    turned = name if is_current and is_descending else f"-{name}"
    return {
        "label": label,
        "number": is_number,
        "sort_url": here(sort=turned),
        "sorted": ("descending" if is_descending else "ascending") if is_current else None,
    }


def rail_counts() -> dict[str, int]:
    """What waits for this person, by the endpoint of the page it waits on."""
    somebody = recognised()
    if somebody is None or not somebody.can(Permission.STOCK_MANAGE):
        return {}
    return {"admin.stock_levels": low.low_count(settings().low_stock)}


@bp.context_processor
def _for_every_page() -> dict[str, Any]:
    return {
        "sees_people": sees_people(),
        "sees_changes": sees_changes(),
        "who": who,
        "here": here,
        "sortable": sortable,
        "rail_counts": rail_counts,
    }
