"""The pages of segments: the table read, tried and saved, and who moved."""

import re
from datetime import timedelta

from smartshop.identity.rules.roles import Role
from smartshop.insights.models import SegmentMove
from smartshop.insights.queries import grid
from smartshop.kernel import clock
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests.browser_client import ShopClient
from tests.row_counts import nothing_changes
from tests.web.admin.conftest import Enter

TABLE = "/admin/segments/table"


def form(**changed: str) -> dict[str, str]:
    return {**{f"r{r}-v{v}": name for (r, v), name in grid.DEFAULT.items()}, **changed}


def lost() -> dict[str, str]:
    return dict.fromkeys(form(), "Lost")


def test_the_form_shows_the_table_that_holds(admin: ShopClient) -> None:
    page = admin.get(TABLE).text
    assert page.count("<select") == 25
    chosen = re.findall(r'name="r(\d)-v(\d)".*?selected>([^<]+)<', page)
    assert {(int(r), int(v)): name.replace("&#39;", "'") for r, v, name in chosen} == grid.DEFAULT


def test_a_preview_says_how_many_would_move_and_saves_nothing(admin: ShopClient, people: list[int]) -> None:
    admin.get(TABLE)
    with nothing_changes():
        page = admin.post(f"{TABLE}/preview", lost()).text
    assert re.search(r"<h1>\d+ customers would change their segment</h1>", page)
    assert page.count("selected>Lost<") == 25
    assert "Not saved yet" in page
    assert "was Champions" in page


def test_a_saved_table_holds_at_once(admin: ShopClient, people: list[int]) -> None:
    admin.get(TABLE)
    page = admin.submit(TABLE, lost()).text
    assert re.search(r"The table holds from now on: \d+ customers are in another segment", page)
    assert set(grid.table().values()) == {"Lost"}
    assert "with another table of segments" in admin.get(f"/admin/customers/{people[1]}").text


def test_a_table_with_a_hole_is_refused_and_shown_again(admin: ShopClient, people: list[int]) -> None:
    admin.get(TABLE)
    for address in (TABLE, f"{TABLE}/preview"):
        with nothing_changes():
            answer = admin.post(address, form(**{"r3-v3": "Friends", "r5-v5": "Lost"}))
        assert answer.status_code == 422
        assert answer.text.count('aria-invalid="true"') == 1
        assert "every cell needs one of the segments" in answer.text


def test_who_reads_analytics_reads_the_table_but_cannot_change_it(enter: Enter, people: list[int]) -> None:
    client = enter(Role.ANALYST)
    page = client.get("/admin/segments").text
    assert "The table of segments" in page
    assert TABLE not in page
    with nothing_changes():
        assert client.post(TABLE, lost()).status_code == 403


def test_moves_are_shown_from_and_to_for_a_period(admin: ShopClient, people: list[int]) -> None:
    with unit_of_work():
        db.session.add_all(
            SegmentMove(
                person_id=people[0], at=clock.now() - timedelta(days=days), from_segment=source,
                to_segment="Champions", cause="training",
            )
            for days, source in ((5, "Loyal"), (6, "Loyal"), (60, "Lost"), (7, None))
        )  # fmt: skip
    page = admin.get("/admin/segments?days=30").text
    assert "In 30 days 2 moved up and 0 down" in page
    assert re.search(r">Loyal</th><td class=\"is-number heat-10\">2</td>", page)
    assert re.search(r">First order</th><td class=\"is-number heat-5\">1</td>", page)
    assert "In 90 days 3 moved up" in admin.get("/admin/segments").text
    assert "by what they did" in admin.get(f"/admin/customers/{people[0]}").text
    assert admin.get("/admin/segments?days=31").status_code == 400
