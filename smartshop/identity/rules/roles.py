"""The built-in roles and what each is granted: the RBAC table."""

from collections.abc import Mapping
from enum import StrEnum

from smartshop.kernel.permissions import Permission as P


class Role(StrEnum):
    CUSTOMER = "customer"
    SUPPORT = "support"
    CATALOG_MANAGER = "catalog_manager"
    ANALYST = "analyst"
    MARKETER = "marketer"
    ADMIN = "admin"


LABELS: Mapping[Role, str] = {
    Role.CUSTOMER: "Customer",
    Role.SUPPORT: "Support",
    Role.CATALOG_MANAGER: "Catalog manager",
    Role.ANALYST: "Analyst",
    Role.MARKETER: "Marketer",
    Role.ADMIN: "Admin",
}

_EVERYONE = frozenset({P.ACCOUNT_USE})

ROLE_GRANTS: Mapping[Role, frozenset[P]] = {
    Role.CUSTOMER: _EVERYONE,
    Role.SUPPORT: _EVERYONE | {P.ORDERS_VIEW, P.CUSTOMERS_VIEW, P.CUSTOMERS_PII, P.PRODUCTS_VIEW, P.ACTIVITY_VIEW},
    Role.CATALOG_MANAGER: _EVERYONE | {P.PRODUCTS_VIEW},
    Role.ANALYST: _EVERYONE
    | {P.ANALYTICS_VIEW, P.ANALYTICS_EXPORT, P.CUSTOMERS_VIEW, P.ORDERS_VIEW, P.PRODUCTS_VIEW, P.MODELS_VIEW},
    Role.MARKETER: _EVERYONE
    | {P.ANALYTICS_VIEW, P.ANALYTICS_EXPORT, P.CUSTOMERS_VIEW, P.CUSTOMERS_PII, P.PRODUCTS_VIEW},
    Role.ADMIN: frozenset(P),
}

STAFF = frozenset(Role) - {Role.CUSTOMER}


def permissions_of(roles: frozenset[str], granted: frozenset[str] = frozenset()) -> frozenset[P]:
    """Everything that these role names grant, with what custom roles grant beside them."""
    known = {role.value: grants for role, grants in ROLE_GRANTS.items()}
    custom = frozenset(P(name) for name in granted if name in P)
    return frozenset[P]().union(custom, *(known.get(role, frozenset()) for role in roles))
