"""docs/evaluation.md from the figures: the same figures always make the same text."""

import math
from collections.abc import Iterable, Mapping

from benchmarks.evaluation.figures import Figure, Section

BEFORE_TIMES = "## Time"
"""From this heading on the page differs from machine to machine."""
INTRODUCTION = """# Evaluation

Every figure the project states about its models, computed anew by `make evaluate` from public data
([where to get them](data.md)) and from simulations with fixed seeds. `python -m benchmarks.evaluation --check` says where this page is no
longer what is computed. In brackets: the bounds at 95 %. "Reference" is what was published by others, "baseline" the naive
rival on the same rows. A figure that misses its goal stays here and says so.
"""


def page(sections: Mapping[str, Section]) -> str:
    """The whole page; ``sections`` by module, in order."""
    figures = [figure for section in sections.values() for figure in section.figures]
    parts = [INTRODUCTION, summary(figures)]
    parts += [_section(name, section) for name, section in sections.items()]
    times = [figure for figure in figures if figure.kind == "time"]
    if times:
        parts.append(
            f"{BEFORE_TIMES}\nMeasured where this page was last written; other machines differ, and these are not compared.\n\n"
            + _table(times)
        )
    return "\n".join(parts)


def summary(figures: Iterable[Figure]) -> str:
    """How many goals are met, and which are not."""
    asked = [figure for figure in figures if figure.is_met is not None and figure.kind == "value"]
    missed = [figure.what for figure in asked if not figure.is_met]
    told = f"**{len(asked) - len(missed)} of {len(asked)} goals are met.**"
    return told + ("\n" if not missed else " Missed: " + "; ".join(missed) + ".\n")


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


def _section(name: str, section: Section) -> str:
    values = [figure for figure in section.figures if figure.kind == "value"]
    return f"## {section.title}\n{section.says}\n\nComputed by `benchmarks/evaluation/{name}.py`.\n\n{_table(values)}"


def _table(figures: Iterable[Figure]) -> str:
    head = "| figure | ours | reference | baseline | data, split | goal |\n|---|--:|--:|--:|---|---|\n"
    return head + "".join(f"| {' | '.join(_cells(figure))} |\n" for figure in figures)


def _cells(figure: Figure) -> tuple[str, ...]:
    ours = rounded(figure.ours) if figure.kind == "time" else number(figure.ours, figure.digits)
    if figure.low is not None and figure.high is not None:
        ours += f" ({number(figure.low, figure.digits)} to {number(figure.high, figure.digits)})"
    return tuple(
        _cell(text)
        for text in (
            figure.what,
            ours,
            _with(figure.reference, figure.source, figure.digits),
            _with(figure.baseline, figure.baseline_name, figure.digits),
            "; ".join(filter(None, (figure.data, figure.split))),
            _goal(figure),
        )
    )


def _with(value: float | None, name: str, digits: int) -> str:
    if value is None:
        return ""
    return number(value, digits) + (f" ({name})" if name else "")


def _goal(figure: Figure) -> str:
    if figure.is_met is None:
        return figure.goal
    return f"{figure.goal}: {'met' if figure.is_met else '**missed**'}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
