"""How fast the shop front is: ``python -m benchmarks.storefront [--seconds 5] [--products 3900]``.

Two gunicorn workers serve 3,900 products. The same run measures two references: a page of Flask and Jinja
alone behind the same two workers, and a bare SQL transaction in one process. Goals: a page at 60 % of the
bare page or more, and the multiples of Oscar's figures below. A second table says what each answer takes of a
processor in one process without a server. Both are printed as they stand in ``docs/benchmarks.md``.
"""

import argparse
import itertools
import re
import sqlite3
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade

from benchmarks import bare, processor, shelves, visits
from benchmarks.browser import Visitor
from benchmarks.serving import SECRET, Served, served
from benchmarks.visits import PAGES, Act, Asking
from smartshop.factory import create_app
from smartshop.kernel.config import Settings

VISITORS = 8
GOAL = 0.6
WARM_UP_SECONDS = 1.5
KEPT_SECONDS = 10
LOOKS = 8
"""How often each product is looked at, by somebody, before journeys are measured among pages drawn before."""
BUYING: dict[str, Act] = {"view, add, basket": visits.buy_one, "guest checkout": visits.check_out}


@dataclass(frozen=True)
class Goal:
    """Oscar's figure a second on two workers and 3,900 products, tuned, and how many times that is the goal."""

    oscar: float
    times: float


OSCAR = {
    "list": Goal(19, 50),
    "category": Goal(24, 40),
    "search": Goal(27, 30),
    "product": Goal(154, 10),
    "view, add, basket": Goal(51, 8),
    "guest checkout": Goal(15, 10),
}


@dataclass(frozen=True)
class Figure:
    """How often a second, the milliseconds of a processor that the workers took each time, and the share of a core
    that the asking took."""

    rate: float
    worked_ms: float = 0.0
    asking: float = 0.0


def measure(server: Served, act: Act, seconds: float, *, is_new_each_time: bool = False) -> Figure:
    """How often a second eight visitors together get it done; an act that fails ends the run."""
    done, failures, numbers = [0] * VISITORS, [], itertools.count(1)
    end = time.perf_counter() + seconds

    def work(place: int) -> None:
        try:
            visitor = Visitor(server.port)
            while time.perf_counter() < end:
                if is_new_each_time:
                    visitor.close()
                    visitor = Visitor(server.port)
                act(visitor, next(numbers))
                done[place] += 1
            visitor.close()
        except (AssertionError, OSError) as failure:
            failures.append(failure)

    started, asking, worked = time.perf_counter(), time.process_time(), server.worked()
    threads = [threading.Thread(target=work, args=(place,)) for place in range(VISITORS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit(f"A request failed: {failures[0]!r}")
    taken, times = time.perf_counter() - started, max(1, sum(done))
    return Figure(
        times / taken, (server.worked() - worked) / times * 1000, (time.process_time() - asking) / taken
    )


def measure_warm(server: Served, act: Act, seconds: float, *, is_new_each_time: bool = False) -> Figure:
    """The same once templates are compiled and both workers have seen it."""
    measure(server, act, WARM_UP_SECONDS, is_new_each_time=is_new_each_time)
    return measure(server, act, seconds, is_new_each_time=is_new_each_time)


def look_around(server: Served) -> None:
    """Eight visitors look at every product, so that both workers have drawn its page more than once."""
    turns = itertools.count(1)

    def look_on(visitor: Asking, _number: int) -> None:
        visits.look(visitor, next(turns))

    while next(turns) < LOOKS * visits.LOOKED_AT:
        measure(server, look_on, 1.0)


def bare_transactions(folder: Path, seconds: float) -> float:
    """An order, its line and its stock, written by SQL alone, one process, as durably as the shop writes."""
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, number TEXT UNIQUE, total INTEGER);"
        "CREATE TABLE lines (id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders, quantity INTEGER);"
        "CREATE TABLE stock (id INTEGER PRIMARY KEY, left_over INTEGER CHECK (left_over >= 0));"
        "INSERT INTO stock VALUES (1, 1000000000);"
    )
    count, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        connection.execute("BEGIN IMMEDIATE")
        order = connection.execute(
            "INSERT INTO orders (number, total) VALUES (?, 1)", (str(count),)
        ).lastrowid
        connection.execute("INSERT INTO lines (order_id, quantity) VALUES (?, 1)", (order,))
        connection.execute("UPDATE stock SET left_over = left_over - 1 WHERE id = 1 AND left_over >= 1")
        connection.execute("COMMIT")
        count += 1
    connection.close()
    return count / seconds


def opened(folder: Path, products: int) -> Flask:
    """A shop with so many products, which keeps pages."""
    settings = Settings(
        env="development", instance=folder / "instance", secret_key=SECRET, page_seconds=KEPT_SECONDS
    )
    app = create_app(settings)
    with app.app_context():
        upgrade()
        shelves.fill(products)
    return app


def run(folder: Path, seconds: float) -> dict[str, Figure]:
    """Every figure, a second."""
    figures = {"bare transaction": Figure(bare_transactions(folder, seconds))}
    with served("benchmarks.bare:app", folder, 0) as server:
        figures["bare page"] = measure_warm(server, visits.get("/"), seconds)
    with served("wsgi:app", folder, KEPT_SECONDS) as server:
        for name, path in PAGES.items():
            figures[name] = measure_warm(server, visits.get(path), seconds)
        in_cart = visits.get_with_cart(PAGES["list"])
        figures["list, with a cart"] = measure_warm(server, in_cart, seconds)
        first = measure_warm(server, visits.buy_one, seconds, is_new_each_time=True)
        figures["view, add, basket, first looks"] = first
        look_around(server)
        for name, act in BUYING.items():
            figures[name] = measure_warm(server, act, seconds, is_new_each_time=True)
    with served("wsgi:app", folder, 0) as server:
        for name, path in PAGES.items():
            figures[f"{name}, made anew"] = measure_warm(server, visits.get(path), seconds)
        for name, act in BUYING.items():
            figures[f"{name}, made anew"] = measure_warm(server, act, seconds, is_new_each_time=True)
    return figures


def show(figures: dict[str, Figure]) -> None:
    """A table: what, how many a second, of the bare page, times Oscar's and the goal, and what it took of processors."""
    bare_rate = figures["bare page"].rate
    print("| | a second | of the bare page | × Oscar | goal | ms of the workers | asking |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for name, figure in figures.items():
        goal = OSCAR.get(re.sub(", (made anew|first looks|with a cart)$", "", name))
        multiple = f"{figure.rate / goal.oscar:.1f}" if goal else ""
        wanted = f"{goal.times:.0f}" if goal and name in OSCAR else ""
        worked = f"{figure.worked_ms:.2f}" if figure.worked_ms else ""
        print(
            f"| {name} | {figure.rate:,.0f} | {figure.rate / bare_rate:.0%} | {multiple} | {wanted} | {worked} "
            f"| {figure.asking:.0%} |"
        )
    print(
        f"\nA page should reach {GOAL:.0%} of the bare one. 'made anew' is with nothing kept; at 'first looks' hardly"
    )
    print("any product was looked at before.")
    print("'asking' is the share of a core that the visitors themselves took from the workers.\n")


def show_processor(taken: dict[str, float]) -> None:
    """A table: what, and the milliseconds that it takes in one process."""
    print("| in one process | milliseconds | the bare page takes of it |")
    print("|---|--:|--:|")
    for name, spent in taken.items():
        print(f"| {name} | {spent:.2f} | {taken['bare page'] / spent:.0%} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--products", type=int, default=3900)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = opened(Path(folder), asked.products)
        if asked.seconds:
            show(run(Path(folder), asked.seconds))
        show_processor(processor.measure(bare.app.wsgi_app, app.wsgi_app))


if __name__ == "__main__":
    main()
