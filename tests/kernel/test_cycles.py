import gc

import pytest

from smartshop.kernel import cycles


def test_the_search_for_cycles_goes_on_afterwards_also_after_an_error() -> None:
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), cycles.unsearched():
        assert not gc.isenabled()
        raise ZeroDivisionError
    assert gc.isenabled()


def test_a_search_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with cycles.unsearched():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_what_lasts_is_put_where_nobody_searches() -> None:
    before = gc.get_freeze_count()
    try:
        with cycles.lasting():
            kept = [[number] for number in range(1000)]
        assert gc.isenabled()
        assert gc.get_freeze_count() >= before + len(kept)
    finally:
        gc.unfreeze()
