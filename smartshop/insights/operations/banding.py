"""Setting from which probabilities on customers are at medium and high risk; every score moves at once."""

import sqlalchemy as sa

from smartshop.insights.models import ChurnBands, ChurnScore
from smartshop.insights.queries.bands import ONLY_ROW, live_bands
from smartshop.insights.rules import Bands
from smartshop.kernel import audit, clock
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work


def set_bands(*, bands: Bands, actor: audit.Actor) -> None:
    """Keep the bands and put every churn score into its own, in one commit."""
    with unit_of_work():
        before = live_bands()
        row = db.session.get(ChurnBands, ONLY_ROW, populate_existing=True, with_for_update=True)
        if row is None:
            row = ChurnBands(id=ONLY_ROW)
            db.session.add(row)
        for name, value in bands.plain().items():
            setattr(row, name, value)
        row.changed_at = clock.now()
        db.session.flush()
        place_scores()
        audit.record(
            actor=actor,
            action="churn.bands_set",
            subject="question:churn",
            before=before.plain(),
            after=bands.plain(),
        )


def place_scores(run_id: int | None = None) -> None:
    """Put churn scores, of one run or of all, into the bands their probabilities belong to; inside a unit of work."""
    bands = live_bands()
    risk = sa.case(
        (ChurnScore.probability > bands.high_above, "high"),
        (ChurnScore.probability >= bands.medium_from, "medium"),
        else_="low",
    )
    is_meant = ChurnScore.run_id == run_id if run_id is not None else sa.true()
    db.session.execute(
        sa.update(ChurnScore).where(is_meant, ChurnScore.risk != risk).values(risk=risk),
        execution_options={"synchronize_session": False},
    )
