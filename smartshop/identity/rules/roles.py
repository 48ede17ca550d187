"""The built-in roles and what each is granted: the RBAC table."""

from collections.abc import Mapping
from enum import StrEnum

from smartshop.kernel.permissions import Permission


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

_EVERYONE = frozenset({Permission.ACCOUNT_USE})

ROLE_GRANTS: Mapping[Role, frozenset[Permission]] = {
    Role.CUSTOMER: _EVERYONE,
    Role.SUPPORT: _EVERYONE
    | {
        Permission.ORDERS_VIEW,
        Permission.ORDERS_MANAGE,
        Permission.ORDERS_REFUND,
        Permission.CUSTOMERS_VIEW,
        Permission.CUSTOMERS_PII,
        Permission.PRODUCTS_VIEW,
        Permission.PROMOTIONS_VIEW,
        Permission.ACTIVITY_VIEW,
        Permission.REVIEWS_MODERATE,
    },
    Role.CATALOG_MANAGER: _EVERYONE
    | {
        Permission.PAGES_MANAGE,
        Permission.PRODUCTS_VIEW,
        Permission.PRODUCTS_MANAGE,
        Permission.REVIEWS_MODERATE,
        Permission.STOCK_MANAGE,
    },
    Role.ANALYST: _EVERYONE
    | {
        Permission.ANALYTICS_VIEW,
        Permission.ANALYTICS_EXPORT,
        Permission.CUSTOMERS_VIEW,
        Permission.ORDERS_VIEW,
        Permission.PRODUCTS_VIEW,
        Permission.PROMOTIONS_VIEW,
        Permission.MODELS_VIEW,
    },
    Role.MARKETER: _EVERYONE
    | {
        Permission.EMAILS_MANAGE,
        Permission.PAGES_MANAGE,
        Permission.ANALYTICS_VIEW,
        Permission.ANALYTICS_EXPORT,
        Permission.CUSTOMERS_VIEW,
        Permission.CUSTOMERS_PII,
        Permission.PRODUCTS_VIEW,
        Permission.PROMOTIONS_VIEW,
        Permission.PROMOTIONS_MANAGE,
    },
    Role.ADMIN: frozenset(Permission),
}

KNOWN = frozenset(permission.value for permission in Permission)
STAFF = frozenset(Role) - {Role.CUSTOMER}


def permissions_of(roles: frozenset[str], granted: frozenset[str] = frozenset()) -> frozenset[Permission]:
    """Everything that these role names grant, with what custom roles grant beside them."""
    known = {role.value: grants for role, grants in ROLE_GRANTS.items()}
    custom = frozenset(Permission(name) for name in granted if name in KNOWN)
    return frozenset[Permission]().union(custom, *(known.get(role, frozenset()) for role in roles))
