"""What runs when. Every job is a function of the settings that returns one line about what it did."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from smartshop.cart.operations import purging
from smartshop.catalog.operations import picture_files
from smartshop.identity.operations import tidying
from smartshop.insights import rules as insight_rules
from smartshop.inventory.operations import holds, notices, sheet_files, wishes
from smartshop.jobs import operations, queries
from smartshop.jobs.rules import Daily, Every, Rhythm
from smartshop.kernel import clock, codes
from smartshop.kernel.config import ROOT, Settings
from smartshop.kernel.sealing import Seal
from smartshop.messaging.operations import delivery
from smartshop.orders.operations import popularity, recovering
from smartshop.payments.rules import gateways
from smartshop.privacy.operations import finishing, retaining

TRAIN_MODELS = "train-models"
IDLE_AFTER = timedelta(minutes=10)
"""Something is due every minute; after so long without a run nobody is there to run it."""


class JobFailed(Exception):
    """A job ended without doing what it is for; the message says why."""


@dataclass(frozen=True)
class Job:
    """A named piece of work, its rhythm, and how long it may take before another process gives it up."""

    name: str
    rhythm: Rhythm
    deadline: timedelta
    work: Callable[[Settings], str]


@dataclass(frozen=True)
class Listing:
    """A job as lists show it: when it runs, its last run if any, and the next due moment."""

    name: str
    rhythm: str
    last: queries.Run | None
    next_due_at: datetime


def jobs(settings: Settings) -> tuple[Job, ...]:
    """Every scheduled job of the shop."""
    return (
        Job("deliver-email", Every(settings.outbox_seconds), timedelta(minutes=10), deliver_email),
        Job("finish-orders", Every(60), timedelta(minutes=10), finish_orders),
        Job("release-holds", Every(60), timedelta(minutes=5), release_holds),
        Job("forget-old", Daily((settings.training_hour + 2) % 24), timedelta(hours=1), forget_old),
        Job("finish-erasures", Every(60), timedelta(minutes=30), finish_erasures),
        Job("count-sales", Every(900), timedelta(minutes=10), count_sales),
        Job("tell-returned-stock", Every(60), timedelta(minutes=10), tell_returned_stock),
        Job("tell-low-stock", Daily(6), timedelta(minutes=10), tell_low_stock),
        Job(TRAIN_MODELS, Daily(settings.training_hour), timedelta(hours=2), train_models),
        Job("tidy-up", Daily((settings.training_hour + 1) % 24), timedelta(minutes=30), tidy_up),
        Job("purge-carts", Daily((settings.training_hour + 1) % 24, 30), timedelta(minutes=30), purge_carts),
    )


def listings(settings: Settings) -> tuple[Listing, ...]:
    """Every job with its last run and the next due moment."""
    last, now = queries.last_runs(), clock.now()
    return tuple(
        Listing(job.name, str(job.rhythm), last.get(job.name), job.rhythm.next_due(now))
        for job in jobs(settings)
    )


def idle_since() -> datetime | None:
    """When the last run began, if none did for so long that no scheduler can be there; None also where none ever ran."""
    latest = next((run.started_at for run in queries.recent(limit=1)), None)
    return latest if latest and clock.now() - latest > IDLE_AFTER else None


def missed(all_jobs: Iterable[Job]) -> list[tuple[Job, datetime]]:
    """Daily jobs that ran before but not at their last due moment, with that moment."""
    last, now = queries.last_runs(), clock.now()
    daily = [(job, job.rhythm.last_due(now)) for job in all_jobs if isinstance(job.rhythm, Daily)]
    return [(job, due_at) for job, due_at in daily if job.name in last and last[job.name].due_at < due_at]


def deliver_email(settings: Settings) -> str:
    result = delivery.deliver_due(
        templates=ROOT / "templates" / "email",
        sender=settings.mail_from,
        shop_name=settings.shop_name,
        base_url=settings.base_url,
        seal=Seal(settings.secret),
    )
    return f"{result.sent} sent, {result.failed} to be tried again"


def finish_orders(settings: Settings) -> str:
    """Settle or give up the orders that wait for a payment nobody is working on."""
    swept = recovering.sweep(ways=gateways.GATEWAYS, patience=timedelta(minutes=settings.payment_minutes))
    refunded = recovering.send_back()
    told = f"{swept.settled} settled, {swept.given_up} given up, {swept.waiting} waiting"
    told = f"{told}, {refunded} refunds sent again" if refunded else told
    if swept.broken:
        raise JobFailed(f"{told}, {swept.broken} could not be settled: the log says why")
    return told


def release_holds(settings: Settings) -> str:
    del settings
    return f"what was held too long of {holds.expire()} variants is for sale again"


def forget_old(settings: Settings) -> str:
    """Forget what the settings keep no longer."""
    gone = retaining.forget_old(
        retaining.Keeping(
            events=settings.keep_events_days,
            emails=settings.keep_emails_days,
            searches=settings.keep_searches_days,
            unpaid=settings.keep_unpaid_days,
            moves=settings.keep_moves_days,
        )
    )
    told = f"{gone.events} events, {gone.emails} e-mails and {gone.searches} searches deleted, {gone.moves} moves"
    return f"{told}, {gone.unpaid} unpaid orders without a person"


def finish_erasures(settings: Settings) -> str:
    """Delete what erased people left in files."""
    return f"{finishing.finish(outbox=settings.instance / 'outbox')} erasures finished"


def count_sales(settings: Settings) -> str:
    """Count what sells, for the lists of what is popular."""
    del settings
    return f"{popularity.recount()} products sell more or less than before"


def tell_returned_stock(settings: Settings) -> str:
    """Write to who waits for what is there again."""
    told = wishes.tell_returned(token_for=lambda email: codes.signed(email, settings.secret, "stock-wish"))
    return f"{told} told of what is back"


def tell_low_stock(settings: Settings) -> str:
    """Write to who keeps the stock, when something became low."""
    new, told = notices.tell_low(low_stock=settings.low_stock)
    return f"{new} newly low, {told} told"


def train_models(settings: Settings) -> str:
    """Train every question as of the start of today.

    Raises JobFailed when one of them broke; a question with too little data has not broken.
    """
    from smartshop.insights import training

    try:
        room = training.classroom(settings=settings, questions=insight_rules.QUESTIONS)
    except training.NothingToLearnFrom as nothing:
        return nothing.message
    reports = list(training.run_all(room, insight_rules.QUESTIONS))
    told = "; ".join(_told(report.question, report.state, report.reason) for report in reports)
    if any(report.state == "failed" for report in reports):
        raise JobFailed(told)
    return told


def tidy_up(settings: Settings) -> str:
    pictures = picture_files.sweep(uploads=settings.instance / "uploads")
    old = sheet_files.forget_old() + wishes.forget_old()
    return (
        f"{operations.forget_old_runs()} old job runs forgotten, {pictures} files of removed pictures deleted, "
        f"{old} old sheets and stock wishes forgotten, {tidying.forget_old()} spent codes and sign-ins forgotten"
    )


def purge_carts(settings: Settings) -> str:
    """Delete the carts of guests who do not come back."""
    purged = purging.purge(untouched_for=timedelta(days=settings.cart_days))
    return f"{purged} carts of guests deleted that nobody touched for {settings.cart_days} days"


def _told(question: str, state: str, reason: str) -> str:
    return f"{question} {state} ({reason})"


def named(name: str, all_jobs: Iterable[Job]) -> Job:
    """The job of that name; KeyError when there is none."""
    return {job.name: job for job in all_jobs}[name]
