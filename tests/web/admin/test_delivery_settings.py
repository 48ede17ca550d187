"""Zones and deliveries, as staff keeps them."""

import pytest
import sqlalchemy as sa

from smartshop.identity.rules.roles import Role
from smartshop.kernel.audit import AuditRecord
from smartshop.kernel.extensions import db
from smartshop.pricing.queries import shipping
from smartshop.pricing.queries import zones as queries
from smartshop.pricing.rules.shipping import Band
from tests.browser_client import ShopClient, forms_of
from tests.factories import make_order, make_zone
from tests.row_counts import nothing_changes
from tests.web.admin.conftest import Enter

PARCEL = {
    "name": "Parcel",
    "promise": "2 to 4 working days",
    "charged_by": "weight",
    "is_active": "y",
    "position": "1",
}
BANDS = {
    "up_to-0": "5",
    "price-0": "9.00",
    "up_to-1": "0.5",
    "price-1": "4.5",
    "up_to-2": "",
    "price-2": "15",
}
FLAT = {**PARCEL, "charged_by": "flat", "price": "3.95"}


def actions() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(AuditRecord.action).order_by(AuditRecord.id)))


def methods(country: str) -> list[str]:
    db.session.rollback()
    return [method.name for method in shipping.shipping_methods(country)]


def test_a_zone_is_made_and_sent_to(admin: ShopClient) -> None:
    admin.get("/admin/shipping/zones/new")
    page = admin.post("/admin/shipping/zones/new", {"name": " Near  by ", "countries": "FR"})
    assert page.request.path.endswith("/new")
    zone = next(zone for zone in queries.zones() if zone.facts.name == "Near by")
    assert (
        "The delivery is added"
        in admin.submit(f"/admin/shipping/zones/{zone.id}/new", {**PARCEL, **BANDS}).text
    )
    db.session.rollback()
    [method] = shipping.shipping_methods("FR")
    assert method.bands == (Band(500, 450), Band(5000, 900), Band(None, 1500))
    assert (method.name, method.description) == ("Parcel", "2 to 4 working days")
    assert actions()[-2:] == ["zone.added", "delivery.added"]
    assert "Near by" in admin.get("/admin/shipping").text


def test_what_a_form_shows_of_a_delivery_saves_as_it_was(admin: ShopClient) -> None:
    bands = [(500, 450), (5000, 900), (None, 1500)]
    zone_id = make_zone("Near by", "FR", code="parcel", price_minor=0, charged_by="weight", bands=bands)
    [before] = queries.zone(zone_id).methods
    path = f"/admin/shipping/methods/{before.id}"
    admin.get(path)
    admin.submit(path)
    db.session.rollback()
    assert queries.method(before.id) == before


def test_a_delivery_is_changed_and_taken_off(admin: ShopClient) -> None:
    admin.get("/admin/shipping/methods/2")
    admin.submit("/admin/shipping/methods/2", {"name": "Courier", "price": "12", "free_over": "100"})
    [_standard, courier] = shipping.shipping_methods("GB")
    assert (courier.name, courier.price_minor, courier.free_over_minor) == ("Courier", 1200, 10000)
    admin.get("/admin/shipping/methods/2")
    fields = admin.form("/admin/shipping/methods/2").fields
    admin.post(
        "/admin/shipping/methods/2", {name: text for name, text in fields.items() if name != "is_active"}
    )
    assert methods("GB") == ["Standard delivery"]
    admin.post("/admin/shipping/methods/2/delete")
    assert actions()[-3:] == ["delivery.changed", "delivery.changed", "delivery.removed"]


WRONG_METHODS = {
    "no name": ({**FLAT, "name": " "}, "Give it a name"),
    "no price": ({**FLAT, "price": ""}, "Give a price"),
    "price below nothing": ({**FLAT, "price": "-1"}, "Give a price"),
    "unreadable threshold": ({**FLAT, "free_over": "much"}, "Give an amount"),
    "unknown way to charge": ({**FLAT, "charged_by": "mood"}, "Choose what the price depends on"),
    "no place": ({**FLAT, "position": "x"}, "Give a number"),
    "no bands": (PARCEL, "Give at least one band"),
    "two bands with one end": ({**PARCEL, **BANDS, "up_to-1": "5.0"}, "overlap"),
    "two bands without an end": ({**PARCEL, **BANDS, "up_to-1": ""}, "Only one band may be without an end"),
    "a band without a price": ({**PARCEL, **BANDS, "price-1": ""}, "there would be a gap"),
    "a band of nothing": ({**PARCEL, **BANDS, "up_to-1": "0"}, "Give a number above 0"),
    "a band of less than a gram": ({**PARCEL, **BANDS, "up_to-1": "0.0001"}, "Give a number above 0"),
    "an unreadable price": ({**PARCEL, **BANDS, "price-1": "x"}, "Give a price"),
}


@pytest.mark.parametrize(("answers", "said"), WRONG_METHODS.values(), ids=WRONG_METHODS.keys())
def test_a_wrong_delivery_is_refused_with_a_reason(
    admin: ShopClient, answers: dict[str, str], said: str
) -> None:
    for path in ("/admin/shipping/zones/1/new", "/admin/shipping/methods/1"):
        with nothing_changes():
            refused = admin.post(path, answers)
        assert refused.status_code == 422
        assert said in refused.text


WRONG_ZONES = {
    "no name": ({"name": "", "countries": "FR"}, "Give the zone a name"),
    "a name that is taken": ({"name": "Europe", "countries": "FR"}, "a zone of this name already"),
    "no country": ({"name": "Near by"}, "Tick at least one country"),
    "no such country": ({"name": "Near by", "countries": "ZZ"}, "Choose among the countries"),
    "a country of another zone": ({"name": "Near by", "countries": "DE"}, "DE (Europe)"),
    "everywhere else twice": ({"name": "Rest", "is_everywhere_else": "y"}, "There can be only one"),
    "everywhere else with countries": (
        {"name": "Rest", "is_everywhere_else": "y", "countries": "FR"},
        "names no countries",
    ),
}


@pytest.mark.parametrize(("answers", "said"), WRONG_ZONES.values(), ids=WRONG_ZONES.keys())
def test_a_wrong_zone_is_refused_with_a_reason(admin: ShopClient, answers: dict[str, str], said: str) -> None:
    make_zone("Europe", "DE", code="europe")
    with nothing_changes():
        refused = admin.post("/admin/shipping/zones/new", answers)
    assert refused.status_code == 422
    assert said in refused.text


def test_a_zone_that_goes_leaves_orders_and_sends_its_countries_elsewhere(admin: ShopClient) -> None:
    zone_id = make_zone("Europe", "DE", code="europe")
    number = make_order()
    assert methods("DE") == ["To Europe"]
    before = admin.get(f"/admin/orders/{number}").text.count("Standard delivery")
    admin.post(f"/admin/shipping/zones/{zone_id}/delete")
    assert methods("DE") == ["Standard delivery", "Express delivery"]
    assert admin.get(f"/admin/orders/{number}").text.count("Standard delivery") == before
    assert actions()[-1] == "zone.removed"


def test_a_shop_that_sends_nowhere_says_so_and_sells_again_with_a_zone(admin: ShopClient) -> None:
    admin.post("/admin/shipping/zones/1/delete")
    assert "Nothing is sent anywhere" in admin.get("/admin/shipping").text
    admin.post("/admin/shipping/zones/new", {"name": "Home", "countries": "GB"})
    zone = queries.zones()[0]
    admin.post(f"/admin/shipping/zones/{zone.id}/new", FLAT)
    assert methods("GB") == ["Parcel"]
    assert "No zone stands for everywhere else" in admin.get("/admin/shipping").text


@pytest.mark.parametrize("path", ["zones/99", "methods/99", "zones/99/new"])
def test_what_is_gone_is_not_found(admin: ShopClient, path: str) -> None:
    assert admin.get(f"/admin/shipping/{path}").status_code == 404


def test_nobody_but_an_admin_sees_or_links_it(enter: Enter) -> None:
    keeper = enter(Role.CATALOG_MANAGER)
    assert keeper.get("/admin/shipping").status_code == 403
    assert "/admin/shipping" not in keeper.get("/admin/products").text


def test_a_refused_form_keeps_what_was_typed(admin: ShopClient) -> None:
    page = admin.post("/admin/shipping/zones/1/new", {**PARCEL, **BANDS, "price-1": ""}).text
    fields = next(form.fields for form in forms_of(page) if "up_to-0" in form.names)
    assert (fields["name"], fields["up_to-1"], fields["price-0"]) == ("Parcel", "0.5", "9.00")
