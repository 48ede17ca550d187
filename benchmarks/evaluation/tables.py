"""The tables of docs/evaluation.md: one for each set of figures on the same data and split, which is said above it."""

import math
from collections.abc import Iterable, Sequence
from itertools import groupby

from benchmarks.evaluation.figures import Figure

Row = Sequence[str]
TO = "\u00a0to\u00a0"
"""Keeps an interval on one line of a narrow cell."""


def tables(figures: Iterable[Figure]) -> str:
    """All figures in tables, in their order; those that stand together must follow each other."""
    return "\n".join(
        f"{_title(found[0])}\n\n{_places(found) if found[0].place else _list(found)}"
        for _, each in groupby(figures, key=lambda figure: (figure.table, figure.data, figure.split))
        for found in (list(each),)
    )


def number(value: float | None, digits: int) -> str:
    """With ``digits`` decimals and separated thousands; a dash for what is no number; never a negative zero."""
    if value is None or not math.isfinite(value):
        return "–"
    text = f"{value:,.{digits}f}"
    return text.lstrip("-") if not text.strip("-0.,") else text


def rounded(seconds: float) -> str:
    """A time to two significant digits."""
    if seconds <= 0:
        return "0"
    digits = max(0, 1 - math.floor(math.log10(seconds)))
    return number(round(seconds, digits) if digits else float(f"{seconds:.2g}"), digits)


def _title(figure: Figure) -> str:
    where = "; ".join(filter(None, (figure.data, figure.split)))
    return f"**{figure.table}** · {where}" if figure.table else f"**{where}**"


def _list(figures: Sequence[Figure]) -> str:
    """A row a figure. A source or rival that is the same for all is named above its column."""
    sources, rivals = (
        {each.source for each in figures if each.reference is not None},
        {each.baseline_name for each in figures if each.baseline is not None},
    )
    columns: dict[str, list[str]] = {
        "figure": [each.what for each in figures],
        "ours": [_ours(each) for each in figures],
        _named("reference", sources): [
            _beside(each.reference, each.source if len(sources) > 1 else "", each.digits) for each in figures
        ],
        _named("baseline", rivals): [
            _beside(each.baseline, each.baseline_name if len(rivals) > 1 else "", each.digits)
            for each in figures
        ],
        "goal": ["".join(_goals([each])) for each in figures],
    }
    filled = {name: cells for name, cells in columns.items() if any(cells)}
    return _drawn(list(filled), zip(*filled.values(), strict=True))


def _places(figures: Sequence[Figure]) -> str:
    """A row for each thing measured, a column for each measure; under a row what was published of it, and the goals last."""
    places = [(figure.place or ("", ""), figure) for figure in figures]
    columns = list(dict.fromkeys(column for (_, column), _ in places))
    names = list(dict.fromkeys(row for (row, _), _ in places))
    rival = next((each.baseline_name for each in figures if each.baseline is not None), "")
    rows: list[Row] = []
    goals = []
    for name in names:
        found = {column: figure for (row, column), figure in places if row == name}
        cells = [_ours(found[column]) if column in found else "" for column in columns]
        rows.append([f"{name} (baseline)" if name == rival else name, *cells])
        sources = dict.fromkeys(each.source for each in found.values() if each.reference is not None)
        if sources:
            rows.append([f"*reference: {'; '.join(sources)}*", *_references(found, columns)])
        goals += [f"Goals for {name}: {'; '.join(told)}." for told in [_goals(list(found.values()))] if told]
    if rival and rival not in names:
        against = {column: figure for (_, column), figure in places if figure.baseline is not None}
        rows.append([f"{rival} (baseline)", *_baselines(against, columns)])
    return _drawn(["", *columns], rows) + (f"\n{' '.join(goals)}\n" if goals else "")


def _references(found: dict[str, Figure], columns: Iterable[str]) -> list[str]:
    return [
        _beside(found[each].reference, "", found[each].digits) if each in found else "" for each in columns
    ]


def _baselines(found: dict[str, Figure], columns: Iterable[str]) -> list[str]:
    return [
        _beside(found[each].baseline, "", found[each].digits) if each in found else "" for each in columns
    ]


def _drawn(head: Row, rows: Iterable[Row]) -> str:
    rule = ["---", *["---" if name == "goal" else "--:" for name in head[1:]]]
    lines = (head, rule, *rows)
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _ours(figure: Figure) -> str:
    if figure.kind == "time":
        return rounded(figure.ours)
    ours = number(figure.ours, figure.digits)
    if figure.low is None or figure.high is None:
        return ours
    low, high = number(figure.low, figure.digits), number(figure.high, figure.digits)
    return f"{ours} ({low}{TO}{high})"


def _named(column: str, names: set[str]) -> str:
    return f"{column}: {next(iter(names))}" if len(names) == 1 and any(names) else column


def _beside(value: float | None, name: str, digits: int) -> str:
    if value is None:
        return ""
    return number(value, digits) + (f" ({name})" if name else "")


def _goals(figures: Sequence[Figure]) -> list[str]:
    """The goals of a row; one that is the same for several figures once, with how many meet it."""
    told = []
    asked = [figure for figure in figures if figure.goal]
    for goal in dict.fromkeys(figure.goal for figure in asked):
        same = [figure for figure in asked if figure.goal == goal]
        column = f"{same[0].place[1]} " if same[0].place and len(same) == 1 else ""
        told.append(f"{column}{goal}{_outcome(same)}")
    return told


def _outcome(figures: Sequence[Figure]) -> str:
    judged = [figure.is_met for figure in figures if figure.is_met is not None]
    if not judged:
        return ""
    if len(judged) == 1:
        return ": met" if judged[0] else ": **missed**"
    count = f"{sum(judged)} of {len(judged)} met"
    return f": {count}" if all(judged) else f": **{count}**"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
