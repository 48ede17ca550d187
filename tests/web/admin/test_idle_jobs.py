"""What staff are told of work that nobody does, and of searches that need nothing done."""

from datetime import timedelta

import sqlalchemy as sa

from smartshop.jobs.models import JobRun
from smartshop.kernel import clock
from smartshop.kernel.extensions import db
from smartshop.kernel.uow import unit_of_work
from tests.browser_client import ShopClient


def test_the_page_of_jobs_says_when_nobody_runs_them(admin: ShopClient) -> None:
    assert "No job has run yet" in admin.get("/admin/jobs").text
    now = clock.now()
    with unit_of_work():
        run = JobRun(
            job="deliver-email", due_at=now, state="done", holder="a:1:b", started_at=now, finished_at=now
        )
        db.session.add(run)
    assert "Every job that ran ended well" in admin.get("/admin/jobs").text
    with unit_of_work():
        db.session.execute(sa.update(JobRun).values(started_at=now - timedelta(hours=2)))
    page = admin.get("/admin/jobs").text
    assert "Nothing has run since" in page
    assert "e-mails wait" in page


def test_searches_that_all_found_something_are_told_so(admin: ShopClient) -> None:
    assert "<h1>No search came back empty</h1>" in admin.get("/admin/searches").text
