"""docs/evaluation.md from the figures: the same figures always make the same text."""

from collections.abc import Iterable, Mapping

from benchmarks.evaluation.figures import Figure, Section
from benchmarks.evaluation.tables import tables

BEFORE_TIMES = "## Time"
"""From this heading on the page differs from machine to machine."""
INTRODUCTION = """# Evaluation

Every figure the project states about its models, computed anew by `make evaluate` from public data
([where to get them](data.md)) and from simulations with fixed seeds. `python -m benchmarks.evaluation --check` says
where this page is no longer what is computed. In brackets: the bounds at 95 %. "Reference" is what was published by
others, "baseline" the naive rival on the same rows. A figure that misses its goal stays here and says so.
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
            + tables(times)
        )
    return "\n".join(parts)


def summary(figures: Iterable[Figure]) -> str:
    """How many goals are met, and which are not."""
    asked = [figure for figure in figures if figure.is_met is not None and figure.kind == "value"]
    missed = [figure.what for figure in asked if not figure.is_met]
    told = f"**{len(asked) - len(missed)} of {len(asked)} goals are met.**"
    return told + ("\n" if not missed else " Missed: " + "; ".join(missed) + ".\n")


def _section(name: str, section: Section) -> str:
    values = [figure for figure in section.figures if figure.kind == "value"]
    source = f"Computed by `benchmarks/evaluation/{name}.py`."
    return f"## {section.title}\n{section.says} {source}\n\n{tables(values)}"
