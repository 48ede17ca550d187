"""Pages of text: written by staff, read by everybody once they are published."""

from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.content import operations, queries
from smartshop.content.rules import PageFacts
from smartshop.identity.rules.roles import Role
from smartshop.kernel.audit import SYSTEM, AuditRecord
from smartshop.kernel.errors import Invalid
from smartshop.kernel.extensions import db
from tests import competing
from tests.browser_client import ShopClient
from tests.row_counts import nothing_changes
from tests.web.admin.conftest import Enter

NEW = "/admin/pages/new"
WORDS = {"title": "Delivery", "slug": "delivery", "body": "## Fast\n\n**Two** days."}


@pytest.fixture
def writer(enter: Enter) -> ShopClient:
    return enter(Role.MARKETER)


def make(slug: str = "delivery", *, is_published: bool = True, is_in_footer: bool = True) -> int:
    facts = PageFacts(slug.title(), slug, "Words.", is_published, is_in_footer)
    return operations.create(facts=facts, actor=SYSTEM)


def slugs() -> list[str]:
    db.session.rollback()
    return [page.slug for page in queries.every()]


def last_action() -> str | None:
    db.session.rollback()
    return db.session.scalars(sa.select(AuditRecord.action).order_by(AuditRecord.id.desc())).first()


def test_a_page_is_written_looked_at_and_published(writer: ShopClient, visitor: ShopClient) -> None:
    writer.get(NEW)
    with nothing_changes():
        preview = writer.submit(NEW, WORDS, button="preview")
    assert (preview.status_code, "<strong>Two</strong>" in preview.text) == (200, True)
    assert "The page is made" in writer.submit(NEW).text
    assert last_action() == "page.created"
    assert writer.get("/pages/delivery").status_code == 200
    assert "This is a draft" in writer.get("/pages/delivery").text
    assert visitor.get("/pages/delivery").status_code == 404
    page = queries.every()[0]
    writer.get(f"/admin/pages/{page.id}")
    writer.submit(f"/admin/pages/{page.id}", {"is_published": "y"})
    assert "<strong>Two</strong> days" in visitor.get("/pages/delivery").text
    assert 'href="/pages/delivery"' in visitor.get("/").text
    assert "/pages/delivery</loc>" in visitor.get("/sitemap.xml").text
    assert last_action() == "page.changed"


def test_the_footer_shows_only_what_is_published_and_wanted_there(visitor: ShopClient) -> None:
    make("draft", is_published=False)
    make("hidden", is_in_footer=False)
    make("shown")
    home = visitor.get("/").text
    assert [f'href="/pages/{slug}"' in home for slug in ("draft", "hidden", "shown")] == [False, False, True]
    assert visitor.get("/pages/hidden").status_code == 200


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("title", " ", "Give it a title"),
        ("title", "x" * 121, "at most 120"),
        ("slug", "Big Words", "small letters"),
        ("slug", "", "small letters"),
        ("slug", "taken", "has this address already"),
        ("body", "  ", "Write something"),
        ("body", "x" * 50_001, "at most 50,000"),
    ],
)
def test_bad_answers_change_nothing(writer: ShopClient, field: str, typed: str, said: str) -> None:
    make("taken")
    page = f"/admin/pages/{make()}"
    writer.get(page)
    for action, answers in ((page, writer.form(page).fields), (NEW, {**WORDS, "slug": "other"})):
        with nothing_changes():
            answer = writer.post(action, {**answers, field: typed})
        assert (answer.status_code, said in answer.text) == (422, True)


def test_the_second_of_two_who_write_is_told_and_keeps_their_words(writer: ShopClient) -> None:
    page = f"/admin/pages/{make()}"
    writer.get(page)
    old = dict(writer.form(page).fields)
    assert writer.post(page, {**old, "body": "First."}).status_code == 200
    with nothing_changes():
        answer = writer.post(page, {**old, "body": "Second."})
    assert (answer.status_code, "Somebody else saved" in answer.text) == (409, True)
    assert "Second." in writer.form(page).fields["body"]
    writer.submit(page)
    assert queries.by_slug("delivery", with_drafts=True).body == "Second."
    with nothing_changes():
        assert writer.post(page, {**old, "updated_at": "yesterday"}).status_code == 409


def test_pages_change_places_and_go(writer: ShopClient) -> None:
    one, _two, three = make("one"), make("two"), make("three")
    for expected in (["one", "three", "two"], ["three", "one", "two"], ["three", "one", "two"]):
        writer.post(f"/admin/pages/{three}/move", {"to": "up"})
        assert slugs() == expected
    assert "is removed" in writer.post(f"/admin/pages/{one}/remove").text
    assert (slugs(), last_action()) == (["three", "two"], "page.removed")
    assert writer.post(f"/admin/pages/{one}/remove").status_code == 404


def test_of_two_who_take_an_address_one_gets_it(any_app: Flask) -> None:
    done = competing.together(any_app, [partial(make, "same"), partial(make, "same")])
    assert sum(isinstance(found, Invalid) for found in done) == 1, done
    assert slugs() == ["same"]


def test_support_does_not_write_pages(enter: Enter) -> None:
    client = enter(Role.SUPPORT)
    with nothing_changes():
        assert client.get("/admin/pages").status_code == 403
        assert client.post(NEW, WORDS).status_code == 403
