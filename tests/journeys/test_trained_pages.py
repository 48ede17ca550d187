"""The pages of a shop whose customers are scored: what is asked of every page, with figures on it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from smartshop.insights.models import LiveRun, RunHold, TrainingRun
from smartshop.insights.operations import runs as operations
from smartshop.kernel.audit import Actor
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests import requirements
from tests.insights import scored_shop
from tests.journeys import steps
from tests.journeys.auditing import COLOURS, check_on_a_phone, violations
from tests.journeys.conftest import PHONE, WIDE
from tests.journeys.live_shop import ROOT, LiveShop, running

pytestmark = pytest.mark.browser

MEASURED = {
    name: {"value": 0.7, "low": 0.6, "high": 0.8}
    for name in ("auc", "brier", "calibration_error", "top_decile_lift")
}
MOVED = {
    "kind": "inputs", "name": "revenue", "psi": 0.213, "threshold": 0.1, "is_drifted": True, "mean_before": 90.0,
    "mean_now": 180.0, "median_before": 70.0, "median_now": 140.0, "spread_before": 1.0, "spread_now": 2.0,
}  # fmt: skip
CARD = {
    "served": "logistic regression with visits",
    "judged_model": "logistic regression with visits",
    "window": {
        "train_cutoffs": "2025-12-01, 2026-01-01",
        "test_from": "2026-03-03",
        "test_until": "2026-06-01",
    },
    "intervals": {name: list(each.values()) for name, each in MEASURED.items()},
    "candidates": dict.fromkeys(("logistic regression with visits", "random forest", "base rate"), MEASURED),
    "calibration": [{"predicted": n / 10, "actual": n / 10, "customers": 60.0} for n in range(10)],
    "sufficiency": {"customers with a repeat purchase before the first window": {"need": 100, "have": 1485}},
    "distributions": {"inputs.revenue": {}},
    "drift": {"since": "churn-old", "as_of": "2026-03-01", "level": 0.0125, "columns": [MOVED] * 14},
    "guard": {
        "checked_at": "2026-01-01",
        "rows": 900,
        "strongest_input": "expected_purchases",
        "its_auc": 0.8,
    },
    "level": {"share": 0.64, "is_carried": False, "is_of_year_before": True},
    "visits": {"why": "covered", "is_served": True},
    "importance": {"waiting": 0.1, "rhythm": 0.2},
}


def hold_a_run_of_clusters() -> None:
    """Somebody went back to the run that is live, and the next one passed."""
    scored_shop.begin_run("clusters", code="clusters-20260602-0badcafe")
    back = operations.roll_back(question="clusters", actor=Actor(None, "ada@example.org"))
    kept_back = scored_shop.begin_run(
        "clusters",
        state="refused",
        reason=f"held back: {back}",
        is_live=False,
        code="clusters-20260603-5ca1ab1e",
    )
    with unit_of_work():
        run = db.session.get_one(TrainingRun, kept_back)
        held = db.session.get_one(RunHold, "clusters")
        run.card = {**run.card, "held": {"run": back, "since": held.since.isoformat()}}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveShop]:
    requirements.chromium()
    with running(tmp_path_factory.mktemp("trained")) as shop:
        with shop.app.app_context():
            scored_shop.fill()
            with unit_of_work():
                run = db.session.get_one(TrainingRun, db.session.get_one(LiveRun, "churn").run_id)
                run.card, run.rows = CARD, 12
            hold_a_run_of_clusters()
        yield shop


@pytest.fixture(scope="module")
def staff(trained: LiveShop, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(base_url=trained.url, viewport=WIDE, reduced_motion="reduce")
    page = context.new_page()
    steps.sign_in(page, ROOT)
    yield page
    context.close()


@pytest.mark.parametrize(
    ("path", "shows"),
    [
        ("/admin/", "Likely to leave"),
        ("/admin/customers", "May leave"),
        ("/admin/segments", "What each segment is"),
        ("/admin/churn", "Win these back first"),
        ("/admin/clv", "The most valuable customers"),
        ("/admin/models", "Every training run"),
        ("/admin/models/clusters", "is held by ada@example.org"),
        ("/admin/models/churn", "in the same weeks a year before"),
    ],
)
def test_a_page_with_figures_is_accessible_and_fits_a_phone(
    staff: Page, axe: str, path: str, shows: str
) -> None:
    staff.set_viewport_size(WIDE)
    staff.emulate_media(color_scheme="light")
    staff.goto(path)
    staff.get_by_text(shows).first.wait_for()
    staff.evaluate(axe)
    assert violations(staff) == []
    staff.emulate_media(color_scheme="dark")
    assert violations(staff, COLOURS) == []
    staff.set_viewport_size(PHONE)
    check_on_a_phone(staff)
