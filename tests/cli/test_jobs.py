import json

from flask import Flask

from smartshop.jobs import operations, schedule
from smartshop.jobs.rules import Daily
from smartshop.kernel import clock


def test_jobs_are_listed_before_they_ever_ran(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["jobs", "list", "--json"])
    assert result.exit_code == 0
    listed = json.loads(result.stdout)
    assert listed["train-models"]["schedule"] == "daily at 03:00 UTC"
    assert {each["last"] for each in listed.values()} == {None}


def test_a_listed_job_shows_how_its_last_run_ended(app: Flask) -> None:
    settings = app.config["SETTINGS"]
    job = schedule.named("tidy-up", schedule.jobs(settings))
    assert isinstance(job.rhythm, Daily)
    due = job.rhythm.last_due(clock.now())
    run_id = operations.claim(job=job.name, due_at=due, deadline=job.deadline)
    operations.finish(run_id=run_id or 0, state="done", detail="3 old job runs forgotten")
    last = json.loads(app.test_cli_runner().invoke(args=["jobs", "list", "--json"]).stdout)["tidy-up"]["last"]
    assert (last["due_at"], last["state"]) == (due.isoformat(), "done")
    table = app.test_cli_runner().invoke(args=["jobs", "list"])
    assert (table.exit_code, "tidy-up" in table.stdout, "done" in table.stdout) == (0, True, True)
