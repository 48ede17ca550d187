"""With more than a year of history the error of the same weeks a year before is expected again."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from ml import churn, metrics
from ml.churn_models import level, year_before
from ml.churn_models.purchase_days import day_of
from ml.churn_models.rows import rows_at
from tests.ml.yearly import Shop, lines_of

END = datetime(2025, 12, 10)  # noqa: DTZ001 - frames hold UTC without a zone
HORIZON = timedelta(days=90)
CUTOFF = END - HORIZON
SEEDS = range(1, 6)


def shop(seed: int, *, years: int = 2, returners: float = 0.0, strength: float = 1.0) -> pd.DataFrame:
    made = Shop(day_of(END), years, returners=returners, strength=strength)
    return lines_of(made.purchases(seed), seed)


@pytest.fixture(scope="module")
def autumns() -> pd.DataFrame:
    return shop(1, returners=0.15, strength=1.5)


def off(lines: pd.DataFrame) -> tuple[float, float]:
    """How far the level is off in the last 90 days, in points, without and with what was missed a year before."""
    moments = [CUTOFF, *(CUTOFF - HORIZON - number * HORIZON / 3 for number in range(6))]
    rows = rows_at(lines, moments, 90)
    came = rows.loc[rows["as_of"] == CUTOFF, "churned"].mean()
    missed = year_before.errors(lines[lines["ordered_at"] < CUTOFF], [CUTOFF, CUTOFF - HORIZON], 90)
    assert len(missed) == 2
    alone, known = level.foreseen(rows, CUTOFF, 90), level.foreseen(rows, CUTOFF, 90, missed)
    assert not alone.is_of_year_before
    assert known.is_of_year_before
    return abs(alone.share - came), abs(known.share - came)


@pytest.mark.parametrize("years", [2, 3])
def test_the_return_of_those_who_buy_each_autumn_only_is_foreseen(years: int) -> None:
    alone, known = np.array([off(shop(seed, years=years, returners=0.15, strength=1.5)) for seed in SEEDS]).T
    assert alone.mean() > 0.1
    assert known.mean() < alone.mean() / 2
    assert (known < alone).all()


@pytest.mark.parametrize("strength", [1.0, 1.8], ids=["no season", "a season that all share"])
def test_nothing_is_lost_where_no_customers_come_back_with_the_season(strength: float) -> None:
    alone, known = np.array([off(shop(seed, strength=strength)) for seed in SEEDS]).T
    chance = 0.5 / np.sqrt(900) / np.sqrt(len(SEEDS))
    assert known.mean() < alone.mean() + 2 * chance
    assert known.mean() < 0.04


def test_what_comes_after_a_moment_moves_no_error(autumns: pd.DataFrame) -> None:
    """Orders from the moment on are dealt out to other customers: only a moment that is later may notice."""
    rng = np.random.default_rng(3)
    dealt = autumns.copy()
    is_later = dealt["ordered_at"] >= CUTOFF
    dealt.loc[is_later, "customer_id"] = rng.permutation(dealt.loc[is_later, "customer_id"].to_numpy())
    before, after = (year_before.errors(lines, [CUTOFF, END], 90) for lines in (autumns, dealt))
    assert before[CUTOFF] == after[CUTOFF]
    assert before[END] != after[END]


def test_a_window_a_year_before_needs_history_before_it_and_must_be_over(autumns: pd.DataFrame) -> None:
    opened = autumns["ordered_at"].min().floor("D")
    known = opened + timedelta(days=year_before.YEAR_DAYS + 30)
    early = known - timedelta(days=1)
    assert list(year_before.errors(autumns, [early, known], 90)) == [known]
    assert year_before.errors(autumns, [END], 365) == {}
    assert year_before.errors(autumns.head(0), [END], 90) == {}
    few = autumns[autumns["customer_id"] <= 150]
    assert year_before.errors(few, [END], 90) == {}


def test_an_error_that_chance_alone_could_make_is_not_expected_again() -> None:
    """Nothing of one below a standard error; nearly all of one of five; of few customers less than of many."""
    found = [year_before._shrunk(error, 0.04) for error in (0.19, -0.19, 0.2, 1.0, -1.0)]
    assert found == pytest.approx([0, 0, 0, 0.96, -0.96])
    assert year_before._shrunk(0.0, 0.04) == 0
    assert year_before._shrunk(0.3, 0.04) < year_before._shrunk(0.3, 0.01) < 0.3


def test_how_far_chance_moves_an_error_depends_on_how_many_customers_there_are(
    autumns: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(year_before, "_shrunk", lambda _error, variance: variance)
    few = autumns[autumns["customer_id"] % 4 == 0]
    of_all, of_few = (
        year_before.errors(lines, [END], 90)[END] - year_before.VARIES**2 for lines in (autumns, few)
    )
    assert 4 / autumns["customer_id"].nunique() < of_all < 0.05
    assert of_few == pytest.approx(4 * of_all, rel=0.3)


def test_last_year_s_error_is_expected_again_and_a_quarter_of_what_the_last_window_missed_beyond_its_own() -> (
    None
):
    at, last = END, END - timedelta(days=30)
    rows = pd.DataFrame(
        {"as_of": [last] * 100 + [at], "churned": np.arange(101) % 10 < 7, "in_season": [0.5] * 101}
    ).astype({"churned": float})
    error = float(np.log(0.7 / 0.3))
    found = level.foreseen(rows, at, 30, {at: -1.0, last: 0.4})
    shift = -1.0 + 0.25 * (error - 0.4)
    assert found.share == pytest.approx(1 / (1 + np.exp(-shift)))
    assert (found.is_carried, found.is_of_year_before) == (False, True)
    assert not level.foreseen(rows, at, 30, {at: -1.0}).is_of_year_before


def calibration_error(lines: pd.DataFrame) -> float:
    result = churn.train(lines, END)
    tested = result.tested.astype(float)
    return metrics.calibration_error(tested["actual"].to_numpy(), tested["predicted"].to_numpy())


@pytest.mark.slow
@pytest.mark.parametrize("returners", [0.15, 0.0], ids=["autumn only", "no season"])
def test_the_same_weeks_a_year_before_make_probabilities_truer_and_never_worse(
    returners: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [shop(seed, years=3, returners=returners, strength=1 + 3 * returners) for seed in (1, 2)]
    known = np.array([calibration_error(lines) for lines in made])
    monkeypatch.setattr(year_before, "same_weeks", lambda *_: None)
    monkeypatch.setattr(year_before, "errors", lambda *_: {})
    alone = np.array([calibration_error(lines) for lines in made])
    assert known.mean() < (0.75 * alone.mean() if returners else alone.mean() + 0.01)


def test_the_training_tells_where_the_level_and_its_windows_come_from(autumns: pd.DataFrame) -> None:
    result = churn.train(autumns, END)
    assert result.card["level_when_tested"]["is_of_year_before"]
    assert result.card["level"]["is_of_year_before"]
    assert not result.card["level"]["is_carried"]
    cutoffs = result.card["window"]["train_cutoffs"].split(", ")
    assert cutoffs[0] == f"{CUTOFF - timedelta(days=364):%Y-%m-%d}"
    assert len(cutoffs) == 1 + churn.MAX_WINDOWS


def test_with_a_year_or_less_nothing_is_taken_from_the_year_before(autumns: pd.DataFrame) -> None:
    young = autumns[autumns["ordered_at"] >= pd.Timestamp(END - timedelta(days=374))]
    result = churn.train(young, END)
    assert not result.card["level"]["is_of_year_before"]
    assert not result.card["level_when_tested"]["is_of_year_before"]
    opened = datetime(2024, 1, 1)  # noqa: DTZ001
    enough = opened + timedelta(days=364 + 30 + 90)
    assert year_before.same_weeks(opened, enough, 90) == opened + timedelta(days=120)
    assert year_before.same_weeks(opened, enough - timedelta(days=1), 90) is None
