import pytest

from smartshop.kernel.errors import Conflict, DomainError, Invalid, NotFound, Refused
from smartshop.kernel.pages import Page


@pytest.mark.parametrize(
    ("items", "number", "total", "count", "span", "has_previous", "has_next"),
    [
        ([], 1, 0, 1, (0, 0), False, False),
        ([1], 1, 1, 1, (1, 1), False, False),
        ([1, 2, 3], 1, 3, 1, (1, 3), False, False),
        ([1, 2, 3], 1, 4, 2, (1, 3), False, True),
        ([4], 2, 4, 2, (4, 4), True, False),
        ([4, 5, 6], 2, 9, 3, (4, 6), True, True),
    ],
)
def test_a_page_knows_where_it_stands(
    items: list[int],
    number: int,
    total: int,
    count: int,
    span: tuple[int, int],
    *,
    has_previous: bool,
    has_next: bool,
) -> None:
    page = Page(items, number, 3, total)
    assert page.count == count
    assert (page.first_index, page.last_index) == span
    assert (page.has_previous, page.has_next) == (has_previous, has_next)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (DomainError, 400, "error"),
        (Refused, 403, "refused"),
        (NotFound, 404, "not_found"),
        (Conflict, 409, "conflict"),
        (Invalid, 422, "invalid"),
    ],
)
def test_an_error_carries_its_status_its_message_and_its_facts(
    error: type[DomainError], status: int, code: str
) -> None:
    raised = error("Do something else.", left=3)
    assert (raised.status, raised.code, raised.message, str(raised)) == (
        status,
        code,
        "Do something else.",
        "Do something else.",
    )
    assert raised.facts == {"left": 3}


def test_bad_input_says_what_is_wrong_field_by_field() -> None:
    assert Invalid("Please correct.", {"email": "Enter one."}).fields == {"email": "Enter one."}
    assert Invalid("Please correct.").fields == {}
