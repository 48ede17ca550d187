"""Consent: nothing is noted before a yes, a no ends it, and the page that is kept for everybody tells nobody's."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from smartshop.activity.models import Event
from smartshop.identity.models import Consent, Person
from smartshop.identity.rules.choices import NOTHING
from smartshop.insights.models import SegmentScore
from smartshop.insights.operations import runs
from smartshop.insights.operations.runs import Outcome
from smartshop.kernel.extensions import db
from smartshop.pricing.models.promotions import AudienceMember
from smartshop.privacy.operations.choosing import choose
from smartshop.web.keeping import PageKeeper
from tests.browser_client import ShopClient
from tests.factories import PASSWORD, make_person, make_product
from tests.insights import scored_shop

ASKS = "May we note what you look at?"


@pytest.fixture
def stranger(app: Flask) -> ShopClient:
    """A browser that has not chosen."""
    client = ShopClient(app)
    client.cookies = {}
    return client


@pytest.fixture
def keeper(app: Flask) -> Iterator[None]:
    before = app.extensions["pages"]
    app.extensions["pages"] = PageKeeper(60)
    yield
    app.extensions["pages"] = before


def noted(app: Flask) -> list[str]:
    app.extensions["events"].flush()
    db.session.rollback()
    return list(db.session.scalars(sa.select(Event.kind).order_by(Event.id)))


def test_nothing_is_noted_before_a_yes_and_the_question_goes_with_it(
    app: Flask, stranger: ShopClient
) -> None:
    mug = make_product()
    assert ASKS in stranger.get(f"/p/{mug.slug}").text
    assert noted(app) == []
    page = stranger.submit("/privacy-choices", {}, button="answer")
    assert page.request.path == f"/p/{mug.slug}"
    assert ASKS not in page.text
    assert noted(app) == ["visit", "view"]


@pytest.mark.parametrize(
    ("answer", "kept"), [("note", "2:ap"), ("accept", "2:apm"), ("refuse", "2:"), ("anything", "2:")]
)
def test_only_who_is_told_of_letters_agrees_to_them(stranger: ShopClient, answer: str, kept: str) -> None:
    asking = stranger.get("/").text
    assert 'value="note"' in asking
    assert 'value="accept"' not in asking
    assert "Write to me about offers" in stranger.get("/privacy-choices").text
    stranger.post("/privacy-choices", {"answer": answer})
    assert stranger.cookies["smartshop_choices"] == kept


def test_a_no_is_remembered_and_nothing_is_noted(app: Flask, stranger: ShopClient) -> None:
    mug = make_product()
    stranger.get("/")
    stranger.post("/privacy-choices", {"answer": "refuse", "back": f"/p/{mug.slug}"})
    assert ASKS not in stranger.get("/").text
    assert noted(app) == []
    assert stranger.cookies["smartshop_choices"] == "2:"


def test_who_withdraws_is_noted_no_more_and_has_no_number(app: Flask, visitor: ShopClient) -> None:
    visitor.get("/search?q=mug")
    before = noted(app)
    assert before
    visitor.post("/privacy-choices", {"answer": "refuse"})
    visitor.get("/search?q=mug")
    assert noted(app) == before
    visitor.post("/privacy-choices", {"answer": "accept"})
    visitor.get("/search?q=mug")
    assert len(noted(app)) > len(before)
    assert db.session.scalar(sa.select(sa.func.count(Event.visitor_id.distinct()))) == 2


@pytest.mark.parametrize("header", ["DNT", "Sec-GPC"])
def test_a_browser_that_asks_not_to_be_tracked_has_answered(app: Flask, header: str) -> None:
    client = ShopClient(app, **{header: "1"})
    client.cookies = {}
    assert ASKS not in client.get("/").text
    assert "Your browser asks not to be tracked" in client.get("/privacy-choices").text


def test_a_choice_of_older_words_is_asked_for_again(app: Flask, stranger: ShopClient) -> None:
    stranger.cookies = {"smartshop_choices": "0:ap"}
    assert ASKS in stranger.get("/").text
    stranger.cookies = {"smartshop_choices": "2:apx"}
    assert ASKS in stranger.get("/").text
    assert noted(app) == []


@pytest.mark.usefixtures("keeper")
def test_a_kept_page_asks_who_has_not_chosen_and_nobody_else(app: Flask, stranger: ShopClient) -> None:
    make_product()
    asked, chosen = ShopClient(app), ShopClient(app)
    asked.cookies = {}
    for _ in range(2):
        assert ASKS in stranger.get("/search").text
        assert ASKS not in chosen.get("/search").text
    assert ASKS in asked.get("/search").text


def test_the_account_remembers_a_choice_for_every_browser(any_app: Flask) -> None:
    person_id = make_person(email="ada@example.com")
    here, there = ShopClient(any_app), ShopClient(any_app)
    here.sign_in("ada@example.com", PASSWORD)
    here.get("/privacy-choices")
    here.post("/privacy-choices", {"answer": "save", "has_personalisation": "y"})
    there.sign_in("ada@example.com", PASSWORD)
    any_app.extensions["events"].flush()
    db.session.rollback()
    before = db.session.scalar(sa.select(sa.func.count(Event.id)))
    there.get("/search?q=mug")
    any_app.extensions["events"].flush()
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(Event.id))) == before
    assert db.session.scalar(sa.select(Person.choices)) == "2:p"
    kept = db.session.execute(sa.select(Consent.person_id, Consent.choices)).one()
    assert tuple(kept) == (person_id, "2:p")


def test_who_objects_has_no_scores_now_and_gets_none_later(any_app: Flask) -> None:
    people = scored_shop.fill()
    mine = people[0]
    assert db.session.scalars(sa.select(SegmentScore).where(SegmentScore.person_id == mine)).all()
    db.session.rollback()
    choose(person_id=mine, choice=NOTHING)
    for table in runs.SCORES.values():
        assert db.session.scalars(sa.select(table.person_id).where(table.person_id == mine)).all() == []
    assert mine not in db.session.scalars(sa.select(AudienceMember.person_id)).all()
    db.session.rollback()
    run_id = scored_shop.begin_run("rfm", state="running", is_live=False)
    row = {"recency_days": 1, "orders": 1, "revenue_minor": 1, "r": 1, "f": 1, "m": 1, "segment": "Lost"}
    rows = [{**row, "person_id": each} for each in people]
    assert runs.promote(run_id=run_id, outcome=Outcome("promoted", ""), rows=rows) == len(people) - 1
