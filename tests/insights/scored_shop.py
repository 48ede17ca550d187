"""A small shop of random orders with returns, guests and cancellations, and with scores for most of its customers."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from smartshop.activity.models import Event
from smartshop.identity.models import Person
from smartshop.insights.models import ChurnScore, ClusterScore, LiveRun, SegmentScore, TrainingRun, ValueScore
from smartshop.insights.queries.segments import SEGMENTS
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from smartshop.orders.models import Order, OrderLine
from tests import factories

TODAY = datetime(2026, 6, 1, 9, tzinfo=UTC)
CLUSTERS = ("frequent-big-spenders", "newcomers")
STATES = ("paid", "fulfilled", "confirmed", "fulfilled", "cancelled")


def fill(*, customers: int = 12, orders: int = 60, seed: int = 1) -> list[int]:
    """Write it all down; returns the ids of the customers."""
    random_ = random.Random(seed)
    goods = [
        factories.make_product(name=f"Thing {n}", price_minor=random_.randint(100, 9000)) for n in range(5)
    ]
    people = [
        factories.make_known_person(external_id=f"known-{seed}-{n}", created_at=TODAY - timedelta(days=400))
        for n in range(customers)
    ]
    name_them(people)
    for n in range(orders):
        number = factories.make_order(
            lines=[(item, random_.randint(1, 4)) for item in random_.sample(goods, random_.randint(1, 3))],
            person_id=None if n % 7 == 0 else random_.choice(people),
            state=random_.choice(STATES),
            currency="EUR" if n % 19 == 5 else "GBP",
            placed_at=TODAY - timedelta(days=random_.randint(0, 130), minutes=random_.randint(0, 1400)),
            shipping_minor=random_.choice((0, 395)),
        )
        if n % 5 == 0:
            give_back(number)
    score(people, random_)
    return people


def name_them(people: list[int]) -> None:
    with unit_of_work():
        for person_id in people:
            person = db.session.get_one(Person, person_id)
            person.name, person.email = f"Name {person_id}", f"customer{person_id}@example.com"
            person.country = "GB" if person_id % 2 else "DE"


def give_back(number: str) -> None:
    """The first line of an order comes back, one piece of it."""
    with unit_of_work():
        order = db.session.scalars(sa.select(Order).where(Order.number == number)).one()
        line = db.session.scalars(
            sa.select(OrderLine).where(OrderLine.order_id == order.id, OrderLine.position == 1)
        ).one()
        line.returned_quantity, line.returned_minor = 1, line.unit_price_minor
        order.returned_minor = line.unit_price_minor


def begin_run(
    question: str, *, state: str = "promoted", reason: str = "", code: str = "", is_live: bool = True
) -> int:
    """A training run that has ended; returns its id."""
    with unit_of_work():
        run = TrainingRun(
            code=code or f"{question}-{random.Random().randint(0, 10**9)}",
            question=question,
            state=state,
            as_of=datetime(2026, 6, 1, tzinfo=UTC),
            started_at=TODAY,
            finished_at=TODAY + timedelta(seconds=3),
            verdict="beats baseline",
            reason=reason,
            metrics={"auc": 0.8, "mae": 12.5},
            baseline={"name": "recency alone", "metrics": {"auc": 0.7, "mae": 14.0}},
            card={
                "served": "random forest",
                "window": {"test_from": "2026-03-01", "test_until": "2026-06-01"},
            },
        )
        db.session.add(run)
        db.session.flush()
        if is_live:
            pointer = db.session.get(LiveRun, question)
            if pointer is None:
                db.session.add(LiveRun(question=question, run_id=run.id, promoted_at=TODAY))
            else:
                pointer.previous_run_id, pointer.run_id = pointer.run_id, run.id
    return run.id


def score(people: list[int], random_: random.Random) -> None:
    """Scores of the live runs; every sixth customer has none, as if they came after the training."""
    stale, runs = (
        begin_run("rfm"),
        {question: begin_run(question) for question in ("rfm", "churn", "clv", "clusters")},
    )
    rows: list[Any] = []
    for person_id in people:
        rows.append(_segment(stale, person_id, random_))
        if person_id % 6 == 0:
            continue
        probability, value = random_.random(), random_.randint(0, 80_000)
        risk = "high" if probability > 0.5 else "medium" if probability > 0.3 else "low"
        rows += [
            _segment(runs["rfm"], person_id, random_),
            ClusterScore(run_id=runs["clusters"], person_id=person_id, cluster=CLUSTERS[person_id % 2]),
            ChurnScore(run_id=runs["churn"], person_id=person_id, probability=probability, risk=risk),
            ValueScore(
                run_id=runs["clv"], person_id=person_id, clv_historic_minor=value, clv_12m_minor=value,
                clv_12m_low_minor=value // 2, clv_12m_high_minor=value * 2, expected_orders_12m=2.5, p_alive=0.9,
                next_order_at=TODAY + timedelta(days=30),
            ),
        ]  # fmt: skip
    with unit_of_work():
        db.session.add_all(rows)


def _segment(run_id: int, person_id: int, random_: random.Random) -> SegmentScore:
    r, f, m = (random_.randint(1, 5) for _ in range(3))
    return SegmentScore(
        run_id=run_id, person_id=person_id, recency_days=random_.randint(0, 90), orders=3,
        revenue_minor=random_.randint(100, 90_000), r=r, f=f, m=m, segment=random_.choice(SEGMENTS[:6]),
    )  # fmt: skip


def see(person_id: int | None, *, times: int = 1) -> None:
    """Events of somebody, or of a visitor nobody knows."""
    with unit_of_work():
        db.session.add_all(
            Event(
                at=TODAY - timedelta(minutes=n),
                kind="search",
                visitor_id="v" * 32,
                person_id=person_id,
                facts={"query": f"mug {n}"},
            )
            for n in range(times)
        )
