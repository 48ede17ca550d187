"""What happened, by whom, of which kind, and as it happens."""

from collections.abc import Callable

from flask import Flask

from smartshop.identity.rules.roles import Role
from smartshop.kernel import audit
from smartshop.kernel.uow import unit_of_work
from tests import factories
from tests.browser_client import ShopClient
from tests.insights import scored_shop

Enter = Callable[[Role], ShopClient]


def _note(action: str, person_id: int) -> None:
    with unit_of_work():
        audit.record(actor=audit.SYSTEM, action=action, subject=f"person:{person_id}")


def test_security_has_a_page_of_its_own_and_people_are_found_by_name(app: Flask, admin: ShopClient) -> None:
    ann, ben = factories.make_person(name="Ann Arbor"), factories.make_person(name="Ben Bay")
    _note("password.changed", ann)
    _note("code.wrong", ben)
    _note("product.changed", ben)
    page = admin.get("/admin/activity?source=security").text
    assert "Password changed" in page
    assert "Wrong code typed" in page
    assert "Product changed" not in page
    found = admin.get("/admin/activity?source=security&q=ann+ar").text
    assert f"Person {ann}" in found
    assert f"Person {ben}" not in found


def test_events_are_found_by_name_or_address_by_who_may_see_them(app: Flask, enter: Enter) -> None:
    ann = factories.make_person(name="Ann Arbor", email="ann@found.example")
    scored_shop.see(ann, times=2)
    scored_shop.see(factories.make_person(name="Ben Bay"), times=3)
    support = enter(Role.SUPPORT)
    for words in ("arbor", "FOUND.example"):
        assert "2 things customers did" in support.get(f"/admin/activity?q={words}").text


def test_what_staff_changed_is_for_who_may_read_the_audit_log(
    app: Flask, admin: ShopClient, enter: Enter
) -> None:
    scored_shop.see(factories.make_person(), times=1)
    _note("role.changed", factories.make_person())
    assert "role.changed" in admin.get("/admin/reports/activity.csv").text
    assert "Staff and program" in admin.get("/admin/activity").text
    assert "Staff and program" not in enter(Role.SUPPORT).get("/admin/activity").text
    analyst = enter(Role.ANALYST)
    file = analyst.get("/admin/reports/activity.csv").text
    assert "event" in file
    assert "change" not in file
    assert "staff changed" not in analyst.get("/admin/reports").text


def test_a_live_page_asks_again_and_can_be_paused(app: Flask, admin: ShopClient) -> None:
    still = admin.get("/admin/activity").text
    assert "hx-trigger" not in still
    live = admin.get("/admin/activity?live=yes").text
    assert 'hx-trigger="every 5s"' in live
    assert "Pause" in live
    assert admin.get("/admin/activity?live=maybe").status_code == 400


def test_what_staff_changed_is_told_in_words_and_only_what_is_another(app: Flask, admin: ShopClient) -> None:
    with unit_of_work():
        audit.record(
            actor=audit.SYSTEM,
            action="role.permissions_changed",
            subject="role:7",
            before={"label": "Night", "permissions": ["orders:view"], "is_open": True, "bands": []},
            after={
                "label": "Night",
                "permissions": ["orders:view", "<b>x"],
                "is_open": False,
                "bands": [{"up_to": 5}],
            },
        )
    page = admin.get("/admin/activity?source=staff").text
    main = " ".join(page.partition("<main")[2].split())
    assert "Role: permissions changed" in main
    assert "Role 7" in main
    assert "<del>orders:view</del> <ins>orders:view, &lt;b&gt;x</ins>" in main
    assert "<del>yes</del> <ins>no</ins>" in main
    assert "<ins>up to 5</ins>" in main
    assert "Night" not in main
    assert "[&#39;" not in main
