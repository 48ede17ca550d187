"""Staff: how long an invitation lasts, and what a custom role may be called and allow."""

from collections.abc import Collection
from datetime import timedelta

from smartshop.identity.rules.roles import KNOWN, LABELS
from smartshop.kernel.permissions import Permission

INVITATION_LASTS = timedelta(days=7)
INVITATION_PURPOSE = "invitation"
LONGEST_LABEL = 32
LONGEST_NAME = 40
CHOOSABLE = tuple(permission for permission in Permission if permission is not Permission.ACCOUNT_USE)
"""What a role may allow: everybody may use their own account anyway."""


def custom_name(label: str) -> str:
    """By what a custom role is told apart: its label, whatever the case and the spaces."""
    return f"custom {' '.join(label.split()).lower()}"


def problems_with_role(label: str, permissions: Collection[str]) -> dict[str, str]:
    """What is wrong with a custom role, by field."""
    problems: dict[str, str] = {}
    name = custom_name(label)
    if not label.strip():
        problems["label"] = "Give the role a name."
    elif len(label.strip()) > LONGEST_LABEL or len(name) > LONGEST_NAME:
        problems["label"] = f"Use at most {LONGEST_LABEL} characters."
    elif name in {custom_name(taken) for taken in LABELS.values()}:
        problems["label"] = "A built-in role has this name. Choose another."
    if set(permissions) - KNOWN or Permission.ACCOUNT_USE in permissions:
        problems["permissions"] = "Choose from the permissions that are listed."
    return problems


def lacking(wanted: frozenset[Permission], held: frozenset[Permission]) -> list[str]:
    """Which of the wanted permissions somebody does not hold, by name."""
    return sorted(permission.value for permission in wanted - held)
