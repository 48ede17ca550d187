"""Zones and deliveries, as staff keeps them."""

from dataclasses import replace
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.identity.rules.roles import Role
from smartshop.kernel.audit import SYSTEM, AuditRecord
from smartshop.kernel.extensions import db
from smartshop.pricing.operations import offering
from smartshop.pricing.queries import shipping
from smartshop.pricing.queries import zones as queries
from smartshop.pricing.rules.shipping import Band
from tests.browser_client import ShopClient, forms_of
from tests.competing import together
from tests.factories import make_order, make_zone
from tests.row_counts import nothing_changes
from tests.web.admin.conftest import Enter, seen_in

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
    bands = [(500, 450), (5001, 900), (1_234_567, 9000), (None, 15000)]
    zone_id = make_zone("Near by", "FR", code="parcel", price_minor=0, charged_by="weight", bands=bands)
    [before] = queries.zone(zone_id).methods
    path = f"/admin/shipping/methods/{before.id}"
    admin.get(path)
    admin.submit(path)
    db.session.rollback()
    assert queries.method(before.id) == replace(before, revision=before.revision + 1)


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
    admin.get("/admin/shipping/methods/2")
    admin.submit("/admin/shipping/methods/2/delete")
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
    "a weight with an unclear mark": ({**PARCEL, **BANDS, "up_to-0": "1,234"}, "no mark between thousands"),
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
    admin.get(f"/admin/shipping/zones/{zone_id}")
    admin.submit(f"/admin/shipping/zones/{zone_id}/delete")
    assert methods("DE") == ["Standard delivery", "Express delivery"]
    assert admin.get(f"/admin/orders/{number}").text.count("Standard delivery") == before
    assert actions()[-1] == "zone.removed"


def test_a_shop_that_sends_nowhere_says_so_and_sells_again_with_a_zone(admin: ShopClient) -> None:
    admin.get("/admin/shipping/zones/1")
    admin.submit("/admin/shipping/zones/1/delete")
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


def test_the_second_of_two_who_edit_a_zone_sees_both_versions(admin: ShopClient) -> None:
    zone_id = make_zone("Europe", "DE", "FR", code="europe")
    page = f"/admin/shipping/zones/{zone_id}"
    seen = seen_in(admin.get(page))
    first = admin.post(page, {"name": "Near by", "countries": ["DE", "IT"], "seen": seen})
    assert "The zone is saved" in first.text
    mine: dict[str, str | list[str]] = {"name": "Far away", "countries": ["DE", "FR"]}
    with nothing_changes():
        answer = admin.post(page, {**mine, "seen": seen})
        assert admin.post(page, mine).status_code == 409
    assert answer.status_code == 409
    assert "Somebody else saved this zone since you opened it" in answer.text
    assert "<td>Near by</td><td>Far away</td>" in answer.text
    assert "<td>Germany, Italy</td><td>France, Germany</td>" in answer.text
    again = seen_in(answer)
    admin.post(page, {**mine, "seen": again})
    db.session.rollback()
    assert queries.zone(zone_id).facts.countries == {"DE", "FR"}


def test_the_second_of_two_who_edit_a_delivery_sees_both_versions(admin: ShopClient) -> None:
    zone_id = make_zone("Near by", "FR", code="parcel")
    page = f"/admin/shipping/methods/{queries.zone(zone_id).methods[0].id}"
    seen = seen_in(admin.get(page))
    assert "The delivery is saved" in admin.post(page, {**PARCEL, **BANDS, "seen": seen}).text
    mine = {**PARCEL, **BANDS, "price-1": "4.75"}
    with nothing_changes():
        answer = admin.post(page, {**mine, "seen": seen})
        assert admin.post(page, {**mine, "seen": "yesterday"}).status_code == 409
    assert answer.status_code == 409
    assert "Somebody else saved this delivery since you opened it" in answer.text
    kept, typed = (
        f"up to 0.5 kg: {price}, up to 5 kg: 9.00, without an end: 15.00" for price in ("4.50", "4.75")
    )
    assert answer.text.count("<td>") == 2
    assert f"<td>{kept}</td><td>{typed}</td>" in answer.text
    fields = next(form.fields for form in forms_of(answer.text) if "seen" in form.names)
    assert fields["price-1"] == "4.75"
    admin.post(page, {**mine, "seen": fields["seen"]})
    db.session.rollback()
    assert shipping.shipping_methods("FR")[0].bands[0] == Band(500, 475)


def test_a_refused_form_goes_on_telling_what_it_was_made_from(admin: ShopClient) -> None:
    for page, wrong in (("zones/1", {"name": ""}), ("methods/1", {**FLAT, "price": ""})):
        old = seen_in(admin.get(f"/admin/shipping/{page}"))
        admin.get(f"/admin/shipping/{page}")
        admin.submit(f"/admin/shipping/{page}")
        refused = admin.post(f"/admin/shipping/{page}", {**wrong, "seen": old})
        assert refused.status_code == 422
        assert seen_in(refused) == old


def test_of_two_who_save_a_zone_at_once_one_is_told(any_app: Flask) -> None:
    zone_id = make_zone("Europe", "DE", code="europe")
    kept = queries.zone(zone_id)

    def save(name: str) -> str:
        facts = replace(kept.facts, name=name)
        countries = frozenset({"DE"})
        offering.change_zone(
            zone_id=zone_id, seen=kept.revision, facts=facts, countries=countries, actor=SYSTEM
        )
        return name

    done = together(any_app, [partial(save, "Near by"), partial(save, "Far away")])
    assert sorted(type(outcome).__name__ for outcome in done) == ["OutOfDate", "str"]
    db.session.rollback()
    assert queries.zone(zone_id).facts.name in done


def test_of_two_who_save_a_delivery_at_once_one_is_told(any_app: Flask) -> None:
    bands = [(500, 450), (None, 1500)]
    zone_id = make_zone("Near by", "FR", code="parcel", price_minor=0, charged_by="weight", bands=bands)
    [kept] = queries.zone(zone_id).methods

    def save(name: str) -> str:
        facts = replace(kept.facts, name=name)
        offering.change_method(method_id=kept.id, seen=kept.revision, facts=facts, actor=SYSTEM)
        return name

    done = together(any_app, [partial(save, "Parcel"), partial(save, "Courier")])
    assert sorted(type(outcome).__name__ for outcome in done) == ["OutOfDate", "str"]
    db.session.rollback()
    assert queries.method(kept.id).facts.name in done
