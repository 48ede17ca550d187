import pytest

from smartshop.identity.rules.roles import LABELS, ROLE_GRANTS, STAFF, Role, permissions_of
from smartshop.kernel.permissions import Permission


@pytest.mark.parametrize("permission", list(Permission))
def test_every_permission_is_granted_to_a_role_beside_admin_or_only_to_admin_by_choice(
    permission: Permission,
) -> None:
    holders = {role for role, granted in ROLE_GRANTS.items() if permission in granted}
    only_admins = {
        Permission.AUDIT_VIEW,
        Permission.CUSTOMERS_ERASE,
        Permission.JOBS_VIEW,
        Permission.MODELS_MANAGE,
        Permission.ROLES_MANAGE,
        Permission.SETTINGS_MANAGE,
        Permission.TEAM_MANAGE,
    }
    assert Role.ADMIN in holders
    assert (holders == {Role.ADMIN}) == (permission in only_admins)


def test_every_role_has_grants_and_a_label_and_may_use_its_own_account() -> None:
    assert set(ROLE_GRANTS) == set(LABELS) == set(Role)
    assert all(Permission.ACCOUNT_USE in granted for granted in ROLE_GRANTS.values())


def test_a_customer_may_use_their_account_and_nothing_else() -> None:
    assert permissions_of(frozenset({"customer"})) == {Permission.ACCOUNT_USE}
    assert Role.CUSTOMER not in STAFF
    assert len(STAFF) == len(Role) - 1


def test_personal_data_is_for_support_marketers_and_admins_only() -> None:
    holders = {role for role, granted in ROLE_GRANTS.items() if Permission.CUSTOMERS_PII in granted}
    assert holders == {Role.SUPPORT, Role.MARKETER, Role.ADMIN}


def test_several_roles_add_up_and_unknown_names_grant_nothing() -> None:
    both = permissions_of(frozenset({"catalog_manager", "analyst"}))
    assert both == ROLE_GRANTS[Role.CATALOG_MANAGER] | ROLE_GRANTS[Role.ANALYST]
    assert permissions_of(frozenset({"superuser"})) == frozenset()
    assert permissions_of(frozenset()) == frozenset()


def test_a_custom_role_grants_what_it_names_and_forgotten_permissions_are_ignored() -> None:
    granted = permissions_of(frozenset({"customer", "buyer"}), frozenset({"orders:view", "rockets:launch"}))
    assert granted == {Permission.ACCOUNT_USE, Permission.ORDERS_VIEW}


def test_a_permission_is_a_scope_and_an_action() -> None:
    assert all(
        permission.value == f"{scope}:{action}" and permission.name == f"{scope}_{action}".upper()
        for permission in Permission
        for scope, _, action in [permission.value.partition(":")]
    )
