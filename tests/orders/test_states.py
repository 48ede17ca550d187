import pytest

from smartshop.orders.models import STATES
from smartshop.orders.rules.states import MOVES, ImpossibleMove, State, check_move

ALLOWED = {
    ("pending", "confirmed"),
    ("pending", "paid"),
    ("pending", "cancelled"),
    ("confirmed", "paid"),
    ("confirmed", "fulfilled"),
    ("confirmed", "cancelled"),
    ("paid", "fulfilled"),
    ("paid", "cancelled"),
}


@pytest.mark.parametrize("before", list(State))
@pytest.mark.parametrize("after", list(State))
def test_an_order_moves_along_the_table_and_nowhere_else(before: State, after: State) -> None:
    if (before.value, after.value) in ALLOWED:
        check_move(before, after)
        return
    with pytest.raises(ImpossibleMove) as refusal:
        check_move(before, after)
    assert refusal.value.message == f"An order that is {before.value} cannot become {after.value}."
    assert refusal.value.status == 409


def test_every_state_has_a_row_is_known_to_the_table_and_can_be_reached() -> None:
    assert set(MOVES) == set(State)
    assert tuple(State) == STATES
    reached = set().union(*MOVES.values())
    assert reached == set(State) - {State.PENDING}


def test_what_is_over_stays_over() -> None:
    assert {state for state, moves in MOVES.items() if not moves} == {State.FULFILLED, State.CANCELLED}
