"""Clusters in the shop: trained with a memory, counted, and shown by name."""

import shutil
from collections import Counter

import pytest
import sqlalchemy as sa
from flask import Flask

from ml import archetypes
from ml.clusters import INPUTS
from smartshop.insights import training
from smartshop.insights.models import ClusterScore, LiveRun, SegmentScore
from smartshop.insights.queries import clusters, customers, runs
from smartshop.insights.queries.customers import Sought
from smartshop.kernel.config import Settings
from smartshop.kernel.extensions import db
from smartshop.web.admin import cluster_words
from tests.insights import histories, scored_shop


def train(settings: Settings) -> training.RunReport:
    room = training.classroom(settings=settings, questions=["clusters"], as_of=histories.END)
    return training.run("clusters", room)


def test_names_last_from_training_to_training_and_begin_anew_without_the_artifact(
    shop: Flask, settings: Settings
) -> None:
    assert train(settings).is_promoted
    first = {row.code: row.customers for row in clusters.table().rows}
    assert sum(first.values()) > 100
    assert clusters.table().changes == {}
    live = runs.live("clusters")
    assert live is not None
    assert set(live.card["distributions"]) == {f"inputs.{name}" for name in INPUTS}
    served = train(settings)
    assert served.is_promoted
    found = clusters.table()
    assert {row.code: row.customers for row in found.rows} == first
    assert sorted(found.changes["kept"]) == sorted(first)
    shutil.rmtree(settings.instance / "models" / "clusters" / str(served.run))
    assert train(settings).is_promoted
    assert clusters.table().changes == {}


def test_every_figure_of_a_cluster_is_counted_over_its_customers(any_app: Flask) -> None:
    scored_shop.fill()
    live = sa.select(LiveRun.run_id)
    of = dict(
        db.session.execute(
            sa.select(ClusterScore.person_id, ClusterScore.cluster).where(ClusterScore.run_id.in_(live))
        ).all()
    )
    spent: Counter[str] = Counter()
    for score in db.session.scalars(sa.select(SegmentScore).where(SegmentScore.run_id.in_(live))):
        spent[of[score.person_id]] += score.revenue_minor
    rows = clusters.table().rows
    assert {row.code: (row.customers, row.revenue_minor) for row in rows} == {
        code: (list(of.values()).count(code), spent[code]) for code in set(of.values())
    }
    assert sum(row.customer_share for row in rows) == pytest.approx(1)
    assert [row.revenue_minor for row in rows] == sorted((r.revenue_minor for r in rows), reverse=True)
    one = rows[0].code
    listed = customers.page_of_customers("GBP", Sought(cluster=one), size=100)
    assert {row.person_id for row in listed.items} == {person for person, code in of.items() if code == one}
    assert {row.cluster for row in listed.items} == {one}


def test_every_code_has_a_name_of_its_own(app: Flask) -> None:
    with app.test_request_context():
        named = [cluster_words.name(code) for code in archetypes.CODES]
        assert set(cluster_words.names()) == {
            code for code in archetypes.CODES if not code.startswith("group-")
        }
    assert len(set(named)) == len(archetypes.CODES)
    assert "Group 7" in named


def row(**distances: float) -> clusters.ClusterRow:
    return clusters.ClusterRow("regulars", 5, 0.5, 100, 0.5, None, 0, {}, distances)


def test_what_sets_a_cluster_apart_is_said_the_most_telling_first(app: Flask) -> None:
    with app.test_request_context():
        told = cluster_words.apart(row(recency_days=-0.5, orders=1.6, revenue=0.1))
        assert told == "Order very often; bought more lately than most."
        assert cluster_words.apart(row(orders=0.1)) == "Like all customers in everything."


def test_changes_are_told_by_name(app: Flask) -> None:
    found = clusters.Clusters(
        changes={
            "new": ["regulars"], "gone": [], "moved": ["newcomers"], "kept": ["newcomers"],
            "renamed": [{"from": "lapsed-one-time-buyers", "to": "group-1"}],
        }
    )  # fmt: skip
    with app.test_request_context():
        assert cluster_words.changes(found) == [
            "New: Regulars.",
            "Behave otherwise than before, but are the same group: Newcomers.",
            "Lapsed one-time buyers are now called Group 1, as the old name is no longer true.",
        ]
        assert cluster_words.changes(clusters.Clusters()) == []
