"""Zones, deliveries, taxes and classes are removed, or renamed, only as somebody saw them."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from flask import Flask

from smartshop.catalog.operations import tax_classes
from smartshop.catalog.queries.tax_classes import classes
from smartshop.kernel.audit import SYSTEM
from smartshop.kernel.errors import Conflict
from smartshop.kernel.extensions import db
from smartshop.pricing.operations import offering, taxing
from smartshop.pricing.queries import zones
from smartshop.pricing.queries.areas import area
from tests.browser_client import ShopClient
from tests.competing import together
from tests.factories import make_taxes, make_zone
from tests.row_counts import nothing_changes

Work = Callable[[], None]


def saving_zone(zone_id: int, seen: int) -> Work:
    """What saves the zone as it is now under another name."""
    facts = replace(zones.zone(zone_id).facts, name="Near by")
    known = frozenset({"FR"})
    return partial(
        offering.change_zone, zone_id=zone_id, seen=seen, facts=facts, countries=known, actor=SYSTEM
    )


def saving_delivery(method_id: int, seen: int) -> Work:
    facts = replace(zones.method(method_id).facts, name="Near by")
    return partial(offering.change_method, method_id=method_id, seen=seen, facts=facts, actor=SYSTEM)


def saving_taxes(area_id: int, seen: int) -> Work:
    facts, known = replace(area(area_id).facts, name="Near by"), frozenset({"FR"})
    return partial(taxing.change, area_id=area_id, seen=seen, facts=facts, countries=known, actor=SYSTEM)


def remove_zone(zone_id: int, seen: int) -> None:
    methods = {method.id: method.revision for method in zones.zone(zone_id).methods}
    offering.remove_zone(zone_id=zone_id, seen=seen, methods=methods, actor=SYSTEM)


def remove_delivery(method_id: int, seen: int) -> None:
    offering.remove_method(method_id=method_id, seen=seen, actor=SYSTEM)


def remove_taxes(area_id: int, seen: int) -> None:
    taxing.remove(area_id=area_id, seen=seen, actor=SYSTEM)


def make_delivery() -> int:
    [kept] = zones.zone(make_zone("Europe", "FR", code="europe")).methods
    return kept.id


def make_french_taxes() -> int:
    return make_taxes("FR", "TVA", standard=2000)


Saving = Callable[[int, int], Work]
Removal = Callable[[int, int], None]
SETTINGS: dict[str, tuple[Callable[[], int], str, Saving, Removal]] = {
    "zone": (
        lambda: make_zone("Europe", "FR", code="europe"),
        "/admin/shipping/zones/{}",
        saving_zone,
        remove_zone,
    ),
    "delivery": (make_delivery, "/admin/shipping/methods/{}", saving_delivery, remove_delivery),
    "taxes": (make_french_taxes, "/admin/tax/{}", saving_taxes, remove_taxes),
}


@pytest.mark.parametrize(
    ("make", "path", "saving"), [row[:3] for row in SETTINGS.values()], ids=SETTINGS.keys()
)
def test_what_was_saved_since_it_was_seen_is_not_removed_until_it_is_seen(
    admin: ShopClient, make: Callable[[], int], path: str, saving: Saving
) -> None:
    row_id = make()
    at = path.format(row_id)
    admin.get(at)
    saving(row_id, 0)()
    with nothing_changes():
        answer = admin.submit(f"{at}/delete")
        assert admin.post(f"{at}/delete").status_code == 409
    assert answer.status_code == 409
    assert "nothing was removed" in answer.text
    assert 'value="Near by"' in answer.text
    assert "What differs" not in answer.text
    admin.get(at)
    assert admin.submit(f"{at}/delete").status_code == 200
    assert admin.get(at).status_code == 404


@pytest.mark.parametrize(
    ("make", "saving", "remove"), [(row[0], *row[2:]) for row in SETTINGS.values()], ids=SETTINGS.keys()
)
def test_of_one_who_saves_and_one_who_removes_at_once_one_is_told(
    any_app: Flask, make: Callable[[], int], saving: Saving, remove: Removal
) -> None:
    row_id = make()
    works: list[Callable[[], object]] = [saving(row_id, 0), partial(remove, row_id, 0)]
    done = together(any_app, works)
    told = [type(outcome).__name__ for outcome in done]
    assert told in (["NoneType", "OutOfDate"], ["NotFound", "NoneType"])


def add_delivery(zone_id: int, name: str = "By <b>drone</b>") -> int:
    [kept, *_others] = zones.zone(zone_id).methods
    return offering.add_method(zone_id=zone_id, facts=replace(kept.facts, name=name), actor=SYSTEM)


def change_delivery(zone_id: int) -> None:
    saving_delivery(zones.zone(zone_id).methods[0].id, 0)()


def drop_delivery(zone_id: int) -> None:
    remove_delivery(zones.zone(zone_id).methods[0].id, 0)


@pytest.mark.parametrize(
    ("meanwhile", "now", "then"),
    [
        (add_delivery, "By &lt;b&gt;drone&lt;/b&gt;", "–"),
        (change_delivery, "Near by (changed)", "To Europe"),
        (drop_delivery, "–", "To Europe"),
    ],
)
def test_a_zone_is_not_removed_with_deliveries_that_nobody_has_seen(
    admin: ShopClient, meanwhile: Callable[[int], object], now: str, then: str
) -> None:
    zone_id = make_zone("Europe", "FR", code="europe")
    at = f"/admin/shipping/zones/{zone_id}"
    page = admin.get(at).text
    assert "Its deliveries go with it: " in page
    meanwhile(zone_id)
    with nothing_changes():
        answer = admin.submit(f"{at}/delete")
    assert answer.status_code == 409
    assert "saved the deliveries of this zone since you opened it, and nothing was removed" in answer.text
    differs = answer.text.partition("When you opened it")[2].partition("</table>")[0]
    assert [cell.partition("</td>")[0] for cell in differs.split("<td>")[1:]] == [now, then]
    assert admin.submit(f"{at}/delete").status_code == 200
    assert admin.get(at).status_code == 404


def test_a_form_that_says_nothing_of_deliveries_removes_none(admin: ShopClient) -> None:
    zone_id = make_zone("Europe", "FR", code="europe")
    admin.get("/admin/shipping")
    for sent in ({"seen": "0"}, {"seen": "0", "method-x": "0 Standard"}, {"seen": "0", "method-99999": "0"}):
        with nothing_changes():
            assert admin.post(f"/admin/shipping/zones/{zone_id}/delete", sent).status_code == 409


def test_a_delivery_added_while_its_zone_is_removed_is_never_lost_unseen(any_app: Flask) -> None:
    for _ in range(4):
        zone_id = make_zone("Europe", "FR", code="europe")
        seen = {method.id: method.revision for method in zones.zone(zone_id).methods}
        [facts] = [method.facts for method in zones.zone(zone_id).methods]
        works: list[Callable[[], object]] = [
            partial(offering.add_method, zone_id=zone_id, facts=replace(facts, name="Drone"), actor=SYSTEM),
            partial(offering.remove_zone, zone_id=zone_id, seen=0, methods=seen, actor=SYSTEM),
        ]
        told = [type(outcome).__name__ for outcome in together(any_app, works)]
        assert told in (["int", "OutOfDate"], ["NotFound", "NoneType"])
        if told[0] == "int":
            remove_zone(zone_id, 0)


def name_of(code: str) -> str | None:
    db.session.rollback()
    return dict(classes()).get(code)


def test_a_class_that_was_renamed_meanwhile_is_neither_renamed_nor_removed(admin: ShopClient) -> None:
    admin.get("/admin/tax")
    tax_classes.rename(code="reduced", seen="Reduced rate", name="Books", actor=SYSTEM)
    stale = {"seen": "Reduced rate"}
    with nothing_changes():
        answer = admin.post("/admin/tax/classes/reduced", {"name": "Food", **stale})
        removed = admin.post("/admin/tax/classes/reduced/delete", stale)
    assert (answer.status_code, removed.status_code) == (409, 409)
    for page in (answer, removed):
        assert "it is “Books” now" in page.text
    assert 'value="Food"' in answer.text
    admin.post("/admin/tax/classes/reduced", {"name": "Food", "seen": "Books"})
    assert name_of("reduced") == "Food"


def test_of_two_who_rename_a_class_at_once_one_is_told(any_app: Flask) -> None:
    def rename(name: str) -> str:
        tax_classes.rename(code="reduced", seen="Reduced rate", name=name, actor=SYSTEM)
        return name

    done = together(any_app, [partial(rename, "Books"), partial(rename, "Food")])
    assert sorted(type(outcome).__name__ for outcome in done) == ["OutOfDate", "str"]
    assert name_of("reduced") in done


def test_a_class_that_is_called_so_already_is_left_alone(any_app: Flask) -> None:
    with nothing_changes():
        tax_classes.rename(code="reduced", seen="an older name", name="Reduced rate", actor=SYSTEM)
    with pytest.raises(Conflict):
        tax_classes.rename(code="reduced", seen="an older name", name="Books", actor=SYSTEM)
