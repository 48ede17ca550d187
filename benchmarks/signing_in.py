"""What a sign-in costs: ``python -m benchmarks.signing_in``.

The processor time of whole sign-ins at the cost of production, beside scrypt of the standard library with the same
parameters in the same run; then how many pages a second a shop shows to one visitor while eight others flood it with
sign-ins, beside how many it shows while the same eight flood it with the cheapest page that everybody may ask for, and
how many in peace.

Goals: 150 ms of processor time, twice the bare hash, and that a sign-in is no better a weapon than a page: the visitor
keeps at least as many pages in the flood of sign-ins as in the flood of pages, less a fifth for noise.
"""

import hashlib
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from http.client import HTTPConnection
from multiprocessing.synchronize import Event
from pathlib import Path

from benchmarks.serving import SECRET
from smartshop.factory import create_app
from smartshop.identity.operations import accounts, signing_in
from smartshop.identity.rules.doors import Door
from smartshop.kernel.config import Settings
from tests.attacks.crowd import Attacker
from tests.databases import migrate
from tests.faults.wire import served

COST, ROUNDS, SECONDS, FLOODERS = 32768, 20, 6.0, 8
MOST_MS, MOST_TIMES, LEAST_OF_PAGE_FLOOD = 150, 2.0, 0.8
PASSWORD = "correct horse battery"  # noqa: S105 - of a shop that is thrown away


def bare_ms() -> float:
    """One hash, without the shop around it."""
    times = []
    for number in range(ROUNDS):
        begun = time.process_time()
        hashlib.scrypt(PASSWORD.encode(), salt=str(number).encode(), n=COST, r=8, p=1, maxmem=132 * COST * 8)
        times.append(time.process_time() - begun)
    return statistics.median(times) * 1000


def sign_in_ms() -> float:
    """One whole sign-in: limits, password, the row, the audit log."""
    times = []
    for number in range(ROUNDS):
        begun = time.process_time()
        signing_in.sign_in(
            email="ada@example.com", password=PASSWORD, door=Door(str(number)), password_cost=COST
        )
        times.append(time.process_time() - begun)
    return statistics.median(times) * 1000


def pages_a_second(port: int) -> float:
    """Product lists shown to one visitor after the other."""
    shown, end = 0, time.monotonic() + SECONDS
    while time.monotonic() < end:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/")
        assert connection.getresponse().status == 200
        connection.close()
        shown += 1
    return shown / SECONDS


def flood_with_sign_ins(port: int, number: int, stop: Event) -> None:
    """Each from another address and for another account."""
    attacker, tries = Attacker(port), 0
    while not stop.is_set():
        tries += 1
        email = f"person{number}.{tries}@example.com"
        answers = {"email": email, "password": "a wrong password"}
        attacker.post("/sign-in", answers, address=f"10.{number}.{tries // 250}.{tries % 250 + 1}")


def flood_with_pages(port: int, number: int, stop: Event) -> None:
    """The page that the sign-in is on."""
    attacker = Attacker(port)
    while not stop.is_set():
        attacker.get("/sign-in", address=f"10.{number}.0.1")


def pages_in(flood: Callable[[int, int, Event], None], port: int) -> float:
    """Pages a second for the visitor, while others flood from processes of their own."""
    stop = multiprocessing.Event()
    others = [multiprocessing.Process(target=flood, args=(port, n, stop)) for n in range(FLOODERS)]
    for other in others:
        other.start()
    shown = pages_a_second(port)
    stop.set()
    for other in others:
        other.join()
    return shown


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        made_with = Settings(
            env="development", instance=Path(folder), secret_key=SECRET, DATABASE_URL="", REDIS_URL=""
        )
        app = create_app(made_with)
        migrate(app)
        with app.app_context():
            accounts.sign_up(email="ada@example.com", name="Ada", password=PASSWORD, password_cost=COST)
            bare, whole = bare_ms(), sign_in_ms()
        with served(app, Path(folder) / "log", environment={"SMARTSHOP_TRUSTED_PROXIES": "1"}) as server:
            peace = pages_a_second(server.port)
            of_pages = pages_in(flood_with_pages, server.port)
            flooded = pages_in(flood_with_sign_ins, server.port)
    print(f"sign-in {whole:.0f} ms of processor time, bare scrypt {bare:.0f} ms: {whole / bare:.2f} times")
    print(
        f"pages a second: {peace:.0f} in peace, {of_pages:.0f} in a flood of pages, "
        f"{flooded:.0f} in a flood of sign-ins: {flooded / of_pages:.2f} times"
    )
    return int(whole > MOST_MS or whole / bare > MOST_TIMES or flooded / of_pages < LEAST_OF_PAGE_FLOOD)


if __name__ == "__main__":
    sys.exit(main())
