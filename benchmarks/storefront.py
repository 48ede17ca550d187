"""How fast the shop front is: ``python -m benchmarks.storefront [--seconds 5] [--products 3900]``.

Two gunicorn workers serve 3,900 products. The same run measures two references: a page of Flask and Jinja
alone behind the same two workers, and a bare SQL transaction in one process. Goals: a page at 60 % of the
bare page or more, and the multiples of Oscar's figures below.
"""

import argparse
import itertools
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask_migrate import upgrade

from benchmarks import shelves
from benchmarks.browser import Visitor
from smartshop.factory import create_app
from smartshop.kernel.config import ROOT, Settings

VISITORS = 8
GOAL = 0.6
WARM_UP_SECONDS = 1.5
SECRET = "only for a benchmark on this machine 0123456789"  # noqa: S105 - of a shop that is thrown away


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
Act = Callable[[Visitor, int], None]


@dataclass(frozen=True)
class Figure:
    """How often a second, and the share of a core that the asking took."""

    rate: float
    asking: float = 0.0


def get(path: str) -> Act:
    def act(visitor: Visitor, _number: int) -> None:
        assert visitor.get(path) == 200, path

    return act


def get_with_cart(path: str) -> Act:
    """The page as somebody sees it who has put something into the cart."""

    def act(visitor: Visitor, number: int) -> None:
        if not visitor.page:
            buy_one(visitor, number)
        assert visitor.get(path) == 200, path

    return act


def buy_one(visitor: Visitor, number: int) -> None:
    """Look at a product, put it into the cart, see the cart."""
    assert visitor.get(f"/p/p-{number % 3000 + 1}") == 200
    fields = {**visitor.hidden(), "variant_id": str(number % 3000 + 1), "quantity": "1"}
    assert visitor.post("/cart/add", fields) == 303
    assert visitor.get("/cart") == 200


def check_out(visitor: Visitor, number: int) -> None:
    """A guest's whole order: product, cart, checkout, paid with the test card."""
    buy_one(visitor, number)
    assert visitor.get("/checkout") == 200
    answers = {
        "email": "ada@example.com",
        "name": "Ada Buyer",
        "line1": "1 Analytical Row",
        "city": "London",
        "postcode": "N1 9GU",
        "country": "GB",
        "shipping": "standard",
        "payment": "test_card",
        "card_number": "4242 4242 4242 4242",
    }
    assert visitor.post("/checkout", {**visitor.hidden(), **answers}) == 303, visitor.page[:3000]


def measure(port: int, act: Act, seconds: float, *, is_new_each_time: bool = False) -> Figure:
    """How often a second eight visitors together get it done; an act that fails ends the run."""
    done, failures, numbers = [0] * VISITORS, [], itertools.count(1)
    end = time.perf_counter() + seconds

    def work(place: int) -> None:
        try:
            visitor = Visitor(port)
            while time.perf_counter() < end:
                if is_new_each_time:
                    visitor.close()
                    visitor = Visitor(port)
                act(visitor, next(numbers))
                done[place] += 1
            visitor.close()
        except (AssertionError, OSError) as failure:
            failures.append(failure)

    started, asking = time.perf_counter(), time.process_time()
    threads = [threading.Thread(target=work, args=(place,)) for place in range(VISITORS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit(f"A request failed: {failures[0]!r}")
    taken = time.perf_counter() - started
    return Figure(sum(done) / taken, (time.process_time() - asking) / taken)


def measure_warm(port: int, act: Act, seconds: float, *, is_new_each_time: bool = False) -> Figure:
    """The same once templates are compiled and both workers have seen it."""
    measure(port, act, WARM_UP_SECONDS, is_new_each_time=is_new_each_time)
    return measure(port, act, seconds, is_new_each_time=is_new_each_time)


@contextmanager
def served(door: str, folder: Path, port: int, page_seconds: int) -> Iterator[None]:
    environment = os.environ | {
        "SMARTSHOP_ENV": "development",
        "SMARTSHOP_INSTANCE": str(folder / "instance"),
        "SMARTSHOP_SECRET_KEY": SECRET,
        "SMARTSHOP_PAGE_SECONDS": str(page_seconds),
        "SMARTSHOP_BIND": f"127.0.0.1:{port}",
        "SMARTSHOP_WORKERS": "2",
        "SMARTSHOP_THREADS": "4",
    }
    gunicorn = Path(sys.executable).parent / "gunicorn"
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [gunicorn, "-c", "gunicorn.conf.py", door], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        _wait(port)
        yield
    finally:
        process.terminate()
        process.wait(30)


def _wait(port: int) -> None:
    deadline = time.perf_counter() + 30
    while time.perf_counter() < deadline:
        try:
            visitor = Visitor(port)
        except OSError:
            time.sleep(0.1)
        else:
            visitor.close()
            time.sleep(1.0)
            return
    raise SystemExit("The server did not start; its log says why.")


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


PAGES: dict[str, str] = {
    "list": "/search",
    "category": "/c/shelf-3",
    "search": "/search?q=lantern",
    "product": "/p/p-100",
}


def run(folder: Path, products: int, seconds: float, port: int) -> dict[str, Figure]:
    """Every figure, a second."""
    settings = Settings(env="development", instance=folder / "instance", secret_key=SECRET)
    app = create_app(settings)
    with app.app_context():
        upgrade()
        shelves.fill(products)
    figures = {"bare transaction": Figure(bare_transactions(folder, seconds))}
    with served("benchmarks.bare:app", folder, port, 0):
        figures["bare page"] = measure_warm(port, get("/"), seconds)
    with served("wsgi:app", folder, port + 1, 10):
        for name, path in PAGES.items():
            figures[name] = measure_warm(port + 1, get(path), seconds)
        figures["list, with a cart"] = measure_warm(port + 1, get_with_cart(PAGES["list"]), seconds)
        figures["view, add, basket"] = measure_warm(port + 1, buy_one, seconds, is_new_each_time=True)
        figures["guest checkout"] = measure_warm(port + 1, check_out, seconds, is_new_each_time=True)
    with served("wsgi:app", folder, port + 2, 0):
        for name, path in PAGES.items():
            figures[f"{name}, made anew"] = measure_warm(port + 2, get(path), seconds)
    return figures


def show(figures: dict[str, Figure]) -> None:
    """A table: what, how many a second, of the bare page, times Oscar's, the goal, and what asking took of a core."""
    bare = figures["bare page"].rate
    print(f"{'':24}{'a second':>10}{'of bare':>10}{'x Oscar':>10}{'goal':>8}{'asking':>8}")
    for name, figure in figures.items():
        goal = OSCAR.get(name.partition(", made anew")[0].partition(", with")[0])
        multiple = f"{figure.rate / goal.oscar:.1f}" if goal else ""
        wanted = f"{goal.times:.0f}" if goal else ""
        print(
            f"{name:24}{figure.rate:10.1f}{figure.rate / bare:10.0%}{multiple:>10}{wanted:>8}{figure.asking:8.0%}"
        )
    print(f"A page should reach {GOAL:.0%} of the bare one. 'made anew' is each page without being kept.")
    print("'asking' is the share of a core that the visitors themselves took from the servers.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--products", type=int, default=3900)
    parser.add_argument("--port", type=int, default=5870)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        show(run(Path(folder), asked.products, asked.seconds, asked.port))


if __name__ == "__main__":
    main()
