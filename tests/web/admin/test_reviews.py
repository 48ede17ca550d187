"""The queue of reviews."""

import pytest
import sqlalchemy as sa

from smartshop.catalog.models import Review
from smartshop.catalog.operations import reviewing
from smartshop.catalog.rules.reviews import Opinion
from smartshop.identity.rules.roles import Role
from smartshop.kernel.extensions import db
from tests.browser_client import ShopClient
from tests.factories import make_person, make_product
from tests.row_counts import nothing_changes
from tests.web.admin.conftest import Enter


@pytest.fixture
def keeper(enter: Enter) -> ShopClient:
    return enter(Role.SUPPORT)


def add(rating: int = 5, words: str = "Fine") -> int:
    reviewing.write(
        product_id=make_product(name="Blue mug").product_id,
        person_id=make_person(),
        name="Eve Adams",
        opinion=Opinion(rating, words, ""),
        is_verified=True,
        is_published=False,
    )
    review_id = db.session.scalars(sa.select(sa.func.max(Review.id))).one()
    db.session.rollback()
    return review_id


def states() -> list[tuple[str, str]]:
    db.session.rollback()
    rows = db.session.execute(sa.select(Review.state, Review.reason).order_by(Review.id))
    return [(row.state, row.reason) for row in rows]


def test_ticked_reviews_are_published_together(keeper: ShopClient) -> None:
    ids = [add(), add(), add(words="<script>alert(1)</script>")]
    page = keeper.get("/admin/reviews").text
    assert "3 reviews wait to be read" in page
    assert "&lt;script&gt;alert(1)" in page
    ticked: dict[str, str | list[str]] = {"review": [f"{ids[0]}-0", f"{ids[1]}-0"], "decision": "published"}
    assert "2 reviews are published" in keeper.post("/admin/reviews", ticked).text
    assert states() == [("published", ""), ("published", ""), ("pending", "")]
    assert "Eve A." in keeper.get("/admin/reviews?state=published&stars=5&q=blue").text


def test_turning_down_asks_for_a_reason_and_keeps_the_ticks(keeper: ShopClient) -> None:
    review_id = add()
    keeper.get("/admin/reviews")
    answers = {"review": f"{review_id}-0", "decision": "rejected"}
    with nothing_changes():
        answer = keeper.post("/admin/reviews", answers)
    assert (answer.status_code, "Say why" in answer.text) == (422, True)
    assert f'value="{review_id}-0" checked' in answer.text
    keeper.post("/admin/reviews", {**answers, "reason": "Not about the mug."})
    assert states() == [("rejected", "Not about the mug.")]


def test_what_changed_meanwhile_is_told(keeper: ShopClient) -> None:
    review_id = add()
    keeper.get("/admin/reviews")
    answers = {"review": f"{review_id}-7", "decision": "published"}
    with nothing_changes():
        assert "stays as it is" in keeper.post("/admin/reviews", answers).text


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ({"decision": "published"}, 422),
        ({"review": "nonsense", "decision": "published"}, 422),
        ({"review": "-1-0", "decision": "published"}, 422),
        ({"review": "1-0"}, 400),
        ({"review": "1-0", "decision": "pending"}, 400),
    ],
)
def test_nonsense_is_refused(keeper: ShopClient, answers: dict[str, str], status: int) -> None:
    add()
    keeper.get("/admin/reviews")
    with nothing_changes():
        assert keeper.post("/admin/reviews", answers).status_code == status
    assert keeper.get("/admin/reviews?state=odd").status_code == 400
    assert keeper.get("/admin/reviews?stars=6").status_code == 400
