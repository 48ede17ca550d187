"""What a person may do: ``scope:action``. Roles are granted these in ``identity.rules``; views name them."""

import inspect
import re
import sys
from collections.abc import Mapping
from enum import StrEnum
from functools import cache


class Permission(StrEnum):
    ACCOUNT_USE = "account:use"
    """See and change one's own account, orders and addresses."""

    ACTIVITY_VIEW = "activity:view"
    """Read the log of what customers did."""

    ANALYTICS_VIEW = "analytics:view"
    """Read the dashboard, segments, churn and customer value."""

    ANALYTICS_EXPORT = "analytics:export"
    """Download reports as CSV; personal columns need ``customers:pii`` too."""

    CUSTOMERS_VIEW = "customers:view"
    """Read the list of customers and one customer's page."""

    CUSTOMERS_PII = "customers:pii"
    """See names, e-mails and addresses of customers, on pages and in reports."""

    CUSTOMERS_ERASE = "customers:erase"
    """Erase a customer for good; their orders stay in the books, as nobody's."""

    AUDIT_VIEW = "audit:view"
    """Search the audit log and download it; see sign-ins and what staff changed beside what customers did."""

    EMAILS_MANAGE = "emails:manage"
    """Read the log of e-mails, send one again, and change the words they use."""

    JOBS_VIEW = "jobs:view"
    """See scheduled jobs, their last runs and the next ones."""

    MODELS_VIEW = "models:view"
    """Read model cards, runs and verdicts."""

    MODELS_MANAGE = "models:manage"
    """Roll a model back to its previous promoted run, and set the bands of churn risk."""

    ORDERS_VIEW = "orders:view"
    """Read the list of orders and one order."""

    ORDERS_MANAGE = "orders:manage"
    """Send orders, note payments, cancel what was not sent, and print invoices and packing slips."""

    ORDERS_REFUND = "orders:refund"
    """Take goods back, let go of part of a price, and refund."""

    PAGES_MANAGE = "pages:manage"
    """Write and publish pages of text, such as delivery, privacy and terms."""

    PRODUCTS_VIEW = "products:view"
    """Read the list of products with their stock and sales."""

    PRODUCTS_MANAGE = "products:manage"
    """Make products, and change their texts, prices and whether they are sold."""

    PROMOTIONS_VIEW = "promotions:view"
    """Read the list of promotions, how often they were used, and what they brought."""

    PROMOTIONS_MANAGE = "promotions:manage"
    """Make and change promotions, switch them on and off, and make coupon codes."""

    REVIEWS_MODERATE = "reviews:moderate"
    """Read reviews before they show, publish them and turn them down."""

    ROLES_MANAGE = "roles:manage"
    """Make roles, and say what they allow."""

    SETTINGS_MANAGE = "settings:manage"
    """Say where the shop sends to, what that costs, and what is taxed."""

    STOCK_MANAGE = "stock:manage"
    """See the ledger of a product's stock, book goods in and correct the count."""

    TEAM_MANAGE = "team:manage"
    """Invite staff, change their roles, and switch their accounts off."""


@cache
def meanings() -> Mapping[Permission, str]:
    """What each permission allows, in the words above."""
    source = inspect.getsource(sys.modules[__name__])
    found = re.findall(r'^    ([A-Z_]+) = "[a-z:]+"\n    """(.+?)"""', source, flags=re.MULTILINE | re.DOTALL)
    return {Permission[name]: meaning for name, meaning in found}
