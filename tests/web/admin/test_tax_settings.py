"""What countries tax and the classes of products, as staff keeps them."""

from dataclasses import replace
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.catalog.models import TaxClass
from smartshop.catalog.operations import tax_classes
from smartshop.catalog.queries.tax_classes import classes
from smartshop.identity.rules.roles import Role
from smartshop.kernel.audit import SYSTEM, AuditRecord
from smartshop.kernel.errors import Conflict, Invalid, NotFound
from smartshop.kernel.extensions import db
from smartshop.pricing.operations import taxing
from smartshop.pricing.queries import tax as taxes
from smartshop.pricing.queries.areas import area, areas
from tests.browser_client import ShopClient
from tests.competing import together
from tests.factories import make_product, make_taxes
from tests.row_counts import nothing_changes
from tests.web.admin.conftest import Enter, seen_in

FRANCE = {
    "country": "FR",
    "name": "TVA",
    "is_inclusive": "y",
    "shipping_class": "standard",
    "rate-standard": "20",
    "rate-reduced": "5.5",
}


def rates(country: str) -> list[int]:
    db.session.rollback()
    found = taxes.taxes_of(country)
    return [found.of_class(code).basis_points for code in ("standard", "reduced", "zero")]


def last_record() -> AuditRecord:
    db.session.rollback()
    return db.session.scalars(sa.select(AuditRecord).order_by(AuditRecord.id.desc()).limit(1)).one()


def test_a_country_gets_its_taxes_and_is_changed_and_removed(admin: ShopClient) -> None:
    admin.get("/admin/tax/new")
    assert "The taxes are kept" in admin.submit("/admin/tax/new", FRANCE).text
    assert rates("FR") == [2000, 550, 2000]
    assert last_record().action == "tax.added"
    area_id = next(area.id for area in areas() if area.facts.country == "FR")
    admin.get(f"/admin/tax/{area_id}")
    assert admin.form(f"/admin/tax/{area_id}").fields["rate-reduced"] == "5.5"
    admin.submit(f"/admin/tax/{area_id}", {"rate-zero": "0", "rate-standard": "21"})
    assert rates("FR") == [2100, 550, 0]
    record = last_record()
    assert (record.before["rates"], record.after["rates"]["standard"]) == (
        {"standard": 2000, "reduced": 550},
        2100,
    )
    admin.get(f"/admin/tax/{area_id}")
    admin.submit(f"/admin/tax/{area_id}/delete")
    assert rates("FR") == [0, 0, 0]
    assert last_record().action == "tax.removed"


def test_every_other_country_can_be_taxed(admin: ShopClient) -> None:
    admin.post("/admin/tax/new", {**FRANCE, "country": ""})
    assert rates("JP") == [2000, 550, 2000]
    assert "Every other country" in admin.get("/admin/tax").text


WRONG = {
    "a country that has taxes": ({"country": "GB"}, "has its taxes already"),
    "no such country": ({"country": "ZZ"}, "Choose one of the countries"),
    "no name": ({"name": " "}, "Say what the tax is called"),
    "no standard rate": ({"rate-standard": ""}, "Give a rate; the other classes fall back on it"),
    "a rate above everything": ({"rate-reduced": "101"}, "Give a rate from 0 to 100"),
    "a rate below nothing": ({"rate-reduced": "-1"}, "Give a rate from 0 to 100"),
    "a rate of words": ({"rate-standard": "a fifth"}, "Give a rate from 0 to 100"),
    "a rate too fine": ({"rate-standard": "5.555"}, "Give a rate from 0 to 100"),
    "no class for delivery": ({"shipping_class": "gone"}, "Choose one of the classes"),
}


@pytest.mark.parametrize(("answers", "said"), WRONG.values(), ids=WRONG.keys())
def test_wrong_taxes_are_refused_with_a_reason(admin: ShopClient, answers: dict[str, str], said: str) -> None:
    area_id = make_taxes("DE", "MwSt", standard=1900)
    for path in ("/admin/tax/new", f"/admin/tax/{area_id}"):
        with nothing_changes():
            refused = admin.post(path, {**FRANCE, "seen": "0", **answers})
        assert refused.status_code == 422
        assert said in refused.text


def test_a_class_is_added_renamed_and_removed(admin: ShopClient) -> None:
    admin.get("/admin/tax")
    admin.submit("/admin/tax/classes", {"name": "Children's  books"})
    assert ("childrens-books", "Children's books") in classes()
    admin.get("/admin/tax")
    admin.submit("/admin/tax/classes/childrens-books", {"name": "Books"})
    db.session.rollback()
    assert ("childrens-books", "Books") in classes()
    admin.get("/admin/tax")
    assert "The class is removed" in admin.submit("/admin/tax/classes/childrens-books/delete").text
    assert last_record().action == "tax_class.removed"


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "Zero rate"])
def test_a_wrong_name_of_a_class_is_refused(admin: ShopClient, name: str) -> None:
    for path in ("/admin/tax/classes", "/admin/tax/classes/reduced"):
        with nothing_changes():
            assert admin.post(path, {"name": name, "seen": "Reduced rate"}).status_code == 422


def test_a_class_that_is_used_stays(any_app: Flask) -> None:
    make_product(tax_class="reduced")
    make_taxes("FR", "TVA", shipping_class="zero", standard=2000)
    for code, name in classes():
        with nothing_changes(), pytest.raises(Conflict, match=r"stays|of this class|taxed by this class"):
            tax_classes.remove(code=code, seen=name, actor=SYSTEM)
    assert len(classes()) == 3


def test_the_rates_of_a_class_go_with_it(any_app: Flask) -> None:
    tax_classes.remove(code="reduced", seen="Reduced rate", actor=SYSTEM)
    assert rates("GB") == [2000, 2000, 0]
    assert db.session.get(TaxClass, "reduced") is None
    with pytest.raises(NotFound):
        tax_classes.remove(code="reduced", seen="Reduced rate", actor=SYSTEM)


def test_classes_of_like_names_get_codes_of_their_own(any_app: Flask) -> None:
    assert tax_classes.add(name="Zero!", actor=SYSTEM) == "zero-1"
    with pytest.raises(Invalid):
        tax_classes.add(name="Zero!", actor=SYSTEM)


def test_nobody_but_an_admin_changes_taxes(enter: Enter) -> None:
    assert enter(Role.CATALOG_MANAGER).get("/admin/tax").status_code == 403


def test_the_second_of_two_who_edit_taxes_sees_both_versions(admin: ShopClient) -> None:
    area_id = make_taxes("FR", "TVA", standard=2000)
    page = f"/admin/tax/{area_id}"
    seen = seen_in(admin.get(page))
    assert "The taxes are saved" in admin.post(page, {**FRANCE, "rate-standard": "21", "seen": seen}).text
    mine = {**FRANCE, "rate-standard": "22", "shipping_class": "zero"}
    with nothing_changes():
        answer = admin.post(page, {**mine, "seen": seen})
        assert admin.post(page, mine).status_code == 409
    assert answer.status_code == 409
    assert "Somebody else saved these taxes since you opened it" in answer.text
    assert answer.text.count("<td>") == 4
    assert "<td>21</td><td>22</td>" in answer.text
    assert "<td>Standard rate</td><td>Zero rate</td>" in answer.text
    assert rates("FR") == [2100, 550, 2100]
    again = seen_in(answer)
    admin.post(page, {**mine, "seen": again})
    assert rates("FR") == [2200, 550, 2200]


def test_of_two_who_save_taxes_at_once_one_is_told(any_app: Flask) -> None:
    kept = area(make_taxes("FR", "TVA", standard=2000))

    def save(name: str) -> str:
        facts = replace(kept.facts, name=name)
        countries = frozenset({"FR"})
        taxing.change(area_id=kept.id, seen=kept.revision, facts=facts, countries=countries, actor=SYSTEM)
        return name

    done = together(any_app, [partial(save, "TVA 1"), partial(save, "TVA 2")])
    assert sorted(type(outcome).__name__ for outcome in done) == ["OutOfDate", "str"]
    db.session.rollback()
    assert area(kept.id).facts.name in done
