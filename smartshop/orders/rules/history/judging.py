"""Every line of a history is kept or rejected with a reason; here it is decided which."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from smartshop.kernel import money
from smartshop.orders.rules.history import codes, dates, repeats
from smartshop.orders.rules.history.lines import Line, Reason
from smartshop.orders.rules.history.netting import Credit, Return, Sale, net
from smartshop.orders.rules.history.values import LARGEST_TOTAL

CREDIT_NOTE = re.compile(r"C\d.*", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Circumstances:
    """What is true of the whole import: its currency and moment, its dates, and what was imported before."""

    currency: str
    now: datetime
    moments: Mapping[str, datetime | None]
    known_invoices: Collection[str] = frozenset()


@dataclass
class Judged:
    """The outcome: sales and credits (moments not moved yet), the reason of every rejected line, the repeated invoices."""

    sales: list[Sale] = field(default_factory=list)
    credits: list[Credit] = field(default_factory=list)
    countries: dict[str, str] = field(default_factory=dict)
    fruitless: set[str] = field(default_factory=set)
    rejected: dict[int, Reason] = field(default_factory=dict)
    repeated: frozenset[str] = frozenset()

    @property
    def credit_invoices(self) -> set[str]:
        """The credit notes that were judged, whether they found something to cancel or not."""
        return self.fruitless | {credit.invoice for credit in self.credits}


def usual_currency(lines: Iterable[Line]) -> str:
    """The currency that most lines name, empty when none does."""
    named = Counter(line.currency for line in lines if line.currency)
    return max(named, key=lambda code: (named[code], code)) if named else ""


def judge(lines: Sequence[Line], given: Circumstances) -> Judged:
    """Divide lines into sales, credits and rejected ones.

    Credits are invoices ``C`` + digits; in a file without any such invoice they are negative quantities of a
    known customer. A customer named on one line of an invoice stands for all of its lines. An invoice that stands in
    the file more than once (`repeats`) counts once.
    """
    found = repeats.found(lines)
    judge_ = _Judge(lines, given, found.lines)
    judged = Judged(repeated=found.invoices)
    for line in lines:
        judge_.place(line, judged)
    return judged


class _Judge:
    def __init__(self, lines: Sequence[Line], given: Circumstances, repeated: Collection[int]) -> None:
        self._given = given
        self._repeated = repeated
        self._totals: dict[tuple[int, object], tuple[int, int]] = {}
        self._credit_notes = {line.invoice for line in lines if CREDIT_NOTE.fullmatch(line.invoice)}
        self._customers: dict[str, str] = {}
        for line in lines:
            if line.customer:
                self._customers.setdefault(line.invoice, line.customer)

    def place(self, line: Line, judged: Judged) -> None:
        reason = self._earlier_reason(line) or self._later_reason(line)
        if reason is not None:
            judged.rejected[line.number] = reason
        elif line.quantity < 0:
            judged.credits.append(self._credit(line))
        else:
            judged.sales.append(self._sale(line))
            if line.country:
                judged.countries.setdefault(line.invoice, line.country)

    def _earlier_reason(self, line: Line) -> Reason | None:
        """What is wrong with the line whatever it sells."""
        if line.invoice in self._given.known_invoices:
            return Reason.ALREADY_IMPORTED
        if line.number in self._repeated:
            return Reason.REPEATED
        problem = self._date_problem(self._given.moments[line.date])
        if problem is not None:
            return problem
        if line.currency and line.currency != self._given.currency:
            return Reason.OTHER_CURRENCY
        if line.customer and line.customer != self._customers[line.invoice]:
            return Reason.MIXED_CUSTOMERS
        return None

    def _date_problem(self, moment: datetime | None) -> Reason | None:
        if moment is None:
            return Reason.BAD_DATE
        if moment < dates.EARLIEST:
            return Reason.DATE_OUT_OF_RANGE
        return Reason.FUTURE_DATE if moment > self._given.now else None

    def _later_reason(self, line: Line) -> Reason | None:
        """What is wrong with what it sells."""
        meaning = codes.meaning(line.code)
        if meaning == codes.BAD_DEBT:
            return Reason.BAD_DEBT
        if meaning == codes.TEST:
            return Reason.TEST
        if line.quantity == 0:
            return Reason.NO_QUANTITY
        if self._credit_notes or line.quantity < 0:
            problem = self._credit_problem(line)
            if problem is not None:
                return problem
        if line.price <= 0:
            return Reason.NO_PRICE
        return Reason.NUMBER_TOO_LARGE if self._amounts(line)[1] > LARGEST_TOTAL else None

    def _credit_problem(self, line: Line) -> Reason | None:
        if line.invoice in self._credit_notes:
            if line.quantity > 0:
                return Reason.CREDIT_NOT_NEGATIVE
            return None if line.invoice in self._customers else Reason.CANCELLATION_WITHOUT_PURCHASE
        if line.quantity < 0 and (self._credit_notes or line.invoice not in self._customers):
            return Reason.STOCK_ADJUSTMENT
        return None

    def _amounts(self, line: Line) -> tuple[int, int]:
        """Unit price and total of a line in minor units."""
        key = (line.quantity, line.price)
        found = self._totals.get(key)
        if found is None:
            currency = self._given.currency
            total = money.to_minor(line.price * abs(line.quantity), currency)
            found = self._totals[key] = (money.to_minor(line.price, currency), total)
        return found

    def _moment(self, line: Line) -> datetime:
        moment = self._given.moments[line.date]
        if moment is None:
            raise ValueError("a line without a moment is never kept")
        return moment

    def _sale(self, line: Line) -> Sale:
        unit_minor, total_minor = self._amounts(line)
        return Sale(
            line.invoice,
            self._customers.get(line.invoice, ""),
            line.code,
            codes.meaning(line.code),
            line.description,
            line.quantity,
            unit_minor,
            total_minor,
            self._moment(line),
        )

    def _credit(self, line: Line) -> Credit:
        return Credit(
            line.number,
            line.invoice,
            self._customers[line.invoice],
            line.code,
            -line.quantity,
            line.price,
            self._moment(line),
        )


def settle(judged: Judged, earlier: Iterable[Sale], currency: str) -> list[Return]:
    """Net the credits against the sales and those of earlier files; one that finds nothing is rejected."""
    returns = net([*judged.sales, *earlier], judged.credits, currency)
    found = {returned.credit.number for returned in returns}
    for credit in judged.credits:
        if credit.number not in found:
            judged.rejected[credit.number] = Reason.CANCELLATION_WITHOUT_PURCHASE
            judged.fruitless.add(credit.invoice)
    judged.credits = [credit for credit in judged.credits if credit.number in found]
    return returns


def shift(judged: Judged, weeks: int) -> None:
    """Move every kept moment by whole weeks."""
    if not weeks:
        return
    step: timedelta = weeks * dates.WEEK
    for sale in judged.sales:
        sale.at += step
    judged.credits = [
        Credit(c.number, c.invoice, c.customer, c.code, c.quantity, c.price, c.at + step)
        for c in judged.credits
    ]
