"""A run that somebody went back to: no training replaces it until somebody releases it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from smartshop.insights import rules
from smartshop.insights.models import LiveRun, RunHold, SegmentScore, TrainingRun
from smartshop.insights.operations import holding
from smartshop.insights.operations import runs as recording
from smartshop.insights.queries import freshness, runs
from smartshop.kernel import audit
from smartshop.kernel.config import Settings
from smartshop.kernel.errors import NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests.insights import histories
from tests.insights.test_promoting import ROWS
from tests.insights.trained import everything, rows, train

ADMIN = audit.Actor(None, "an admin")


def promote_runs(question: str, count: int = 1) -> list[str]:
    """Runs that passed the gate and score one person each, one after another."""
    codes = []
    for _ in range(count):
        run = recording.record_start(question=question, as_of=histories.END)
        scores = [{**ROWS[question], "person_id": 1}]
        recording.promote(run_id=run.id, outcome=recording.Outcome("promoted", ""), rows=scores)
        codes.append(run.code)
    return codes


def live_code(question: str) -> str:
    live = runs.live(question)
    assert live is not None
    return live.code


def test_a_held_run_outlives_a_training_that_would_have_replaced_it(believable: Settings) -> None:
    first, _ = (train(believable, "rfm")["rfm"].run for _ in range(2))
    recording.roll_back(question="rfm", actor=ADMIN, reason="odd segments")
    served, pointer = rows(SegmentScore), rows(LiveRun)
    kept_back = train(believable, "rfm")["rfm"]
    assert (kept_back.state, kept_back.is_promoted) == ("refused", False)
    assert kept_back.reason.startswith(f"held back: {first}, gone back to on ")
    assert "this run does not replace it" in kept_back.reason
    assert (rows(SegmentScore), rows(LiveRun)) == (served, pointer)
    recorded = rows(TrainingRun)[-1]
    assert (recorded["code"], recorded["state"], recorded["rows"]) == (kept_back.run, "refused", 0)
    assert (recorded["verdict"], recorded["reason"]) == (kept_back.verdict, kept_back.reason)
    assert recorded["metrics"]
    assert recorded["card"]["held"]["run"] == first
    assert first is not None
    assert (believable.instance / "models" / "rfm" / first).is_dir()
    holding.release(question="rfm", actor=ADMIN)
    assert live_code("rfm") == first
    released = train(believable, "rfm")["rfm"]
    assert released.is_promoted
    assert live_code("rfm") == released.run


def test_the_gate_still_speaks_for_itself_while_a_run_is_held(
    shop: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        train(settings, "rfm")
    recording.roll_back(question="rfm", actor=ADMIN)
    refusal = rules.Promotion(is_granted=False, reason="worse than the live run")
    monkeypatch.setattr(rules, "may_promote", lambda *_: refusal)
    assert train(settings, "rfm")["rfm"].reason == "worse than the live run"


@pytest.mark.parametrize("question", rules.QUESTIONS)
def test_every_question_is_held_by_itself(any_app: Flask, question: str) -> None:
    histories.write_people(1)
    for each in rules.QUESTIONS:
        promote_runs(each, 2)
    recording.roll_back(question=question, actor=ADMIN)
    held = live_code(question)
    run = recording.record_start(question=question, as_of=histories.END)
    before = everything()
    with pytest.raises(holding.LiveRunIsHeld, match=held):
        recording.promote(run_id=run.id, outcome=recording.Outcome("promoted", ""), rows=[])
    assert everything() == before
    recording.record_outcome(run_id=run.id, outcome=recording.Outcome("refused", ""))
    for other in set(rules.QUESTIONS) - {question}:
        assert promote_runs(other) == [live_code(other)]
    holding.release(question=question, actor=ADMIN)
    assert promote_runs(question) == [live_code(question)]


def test_a_hold_tells_who_went_back_and_since_when(any_app: Flask) -> None:
    histories.write_people(1)
    promote_runs("churn", 2)
    assert runs.standing("churn").hold is None
    recording.roll_back(question="churn", actor=ADMIN)
    standing = runs.standing("churn")
    assert standing.hold is not None
    assert (standing.hold.by, standing.hold.since) == ("an admin", standing.promoted_at)
    assert freshness.of("churn").is_held
    assert not freshness.of("clv").is_held


def test_releasing_is_on_record_with_its_reason_and_happens_once(any_app: Flask) -> None:
    histories.write_people(1)
    first, _ = promote_runs("clv", 2)
    with pytest.raises(holding.NotHeld, match="is not held"):
        holding.release(question="clv", actor=ADMIN)
    recording.roll_back(question="clv", actor=ADMIN)
    since = rows(RunHold)[0]["since"]
    assert holding.release(question="clv", actor=ADMIN, reason="the data are mended") == first
    record = rows(audit.AuditRecord)[-1]
    assert (record["action"], record["subject"], record["actor_label"], record["reason"]) == (
        "model.released", "question:clv", "an admin", "the data are mended",
    )  # fmt: skip
    assert record["before"] == {"held": first, "since": since.isoformat()}
    count = len(rows(audit.AuditRecord))
    with pytest.raises(holding.NotHeld, match="is not held"):
        holding.release(question="clv", actor=ADMIN)
    with pytest.raises(NotFound, match="Train it first"):
        holding.release(question="rfm", actor=ADMIN)
    assert (rows(RunHold), len(rows(audit.AuditRecord))) == ([], count)


def test_the_database_refuses_a_second_held_run_of_a_question_and_a_hold_of_nothing(any_app: Flask) -> None:
    histories.write_people(1)
    promote_runs("rfm", 2)
    recording.roll_back(question="rfm", actor=ADMIN)
    held = rows(RunHold)
    for question in ("rfm", "churn"):
        with pytest.raises(IntegrityError), unit_of_work():
            db.session.execute(
                sa.insert(RunHold).values(question=question, since=histories.END + timedelta(days=1))
            )
    assert rows(RunHold) == held
