"""Invoices that stand in a file more than once, as where two exports that overlap were put together."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import gcd

from smartshop.orders.rules.history.lines import Line

Sold = tuple[str, int, object, str, str]


@dataclass(frozen=True)
class Repeats:
    """The numbers of the lines that say again what the file has said, and the invoices they are of."""

    lines: frozenset[int] = frozenset()
    invoices: frozenset[str] = frozenset()


def found(lines: Sequence[Line]) -> Repeats:
    """The second and later copies of invoices whose every line stands in the file equally often.

    Two equal lines of an invoice of several are two sales of a thing: real tills write them. That all lines of an
    invoice are there twice is no chance, but for those of a single line: these are copies where they stand apart, or
    where the copies of other invoices follow each other just so, and then as many as of the others.
    """
    candidates = _candidates(lines)
    by_invoice: dict[str, list[tuple[int, Line]]] = defaultdict(list)
    for place, line in enumerate(lines if candidates else ()):
        if line.invoice in candidates:
            by_invoice[line.invoice].append((place, line))
    copies = {invoice: times for invoice, placed in by_invoice.items() if (times := _copies(placed)) > 1}
    of_several = {invoice: times for invoice, times in copies.items() if not _is_of_one(by_invoice[invoice])}
    is_together = any(_is_together(by_invoice[invoice]) for invoice in of_several)
    usual = Counter(of_several.values()).most_common(1)[0][0] if of_several else 0
    for invoice in copies.keys() - of_several.keys():
        is_copied = is_together or not _is_together(by_invoice[invoice])
        copies[invoice] = gcd(copies[invoice], usual) if is_copied else 1
    again = [number for invoice, times in copies.items() for number in _again(by_invoice[invoice], times)]
    return Repeats(frozenset(again), frozenset(invoice for invoice, times in copies.items() if times > 1))


def _candidates(lines: Sequence[Line]) -> set[str]:
    """Invoices whose first line comes back: cheap to tell, and true of every invoice that is copied."""
    first: dict[str, Line] = {}
    found_again: set[str] = set()
    for line in lines:
        before = first.setdefault(line.invoice, line)
        if before.code == line.code and before is not line and _sold(before) == _sold(line):
            found_again.add(line.invoice)
    return found_again


def _sold(line: Line) -> Sold:
    return line.code, line.quantity, line.price, line.date, line.customer


def _copies(placed: Sequence[tuple[int, Line]]) -> int:
    return gcd(*Counter(_sold(line) for _, line in placed).values())


def _is_of_one(placed: Sequence[tuple[int, Line]]) -> bool:
    return len({_sold(line) for _, line in placed}) == 1


def _is_together(placed: Sequence[tuple[int, Line]]) -> bool:
    return all(later - place == 1 for (place, _), (later, _) in pairwise(placed))


def _again(placed: Sequence[tuple[int, Line]], copies: int) -> list[int]:
    """The lines beyond the first copy."""
    often = Counter(_sold(line) for _, line in placed)
    seen: Counter[Sold] = Counter()
    numbers = []
    for _, line in placed:
        sold = _sold(line)
        seen[sold] += 1
        if seen[sold] > often[sold] // copies:
            numbers.append(line.number)
    return numbers
