"""The rejected lines of an import, written so that they can be corrected and imported again."""

import csv
from collections.abc import Mapping
from pathlib import Path

from smartshop.kernel.errors import Invalid
from smartshop.orders.operations import history_files
from smartshop.orders.rules.history.lines import Reason


class UnwritableRejects(Invalid):
    """The file for rejected lines cannot be written."""

    code = "unwritable_rejects"


def check(rejects: Path, source: Path) -> None:
    """Make sure that the rejects can be written; raises UnwritableRejects."""
    if rejects.is_dir() or rejects.resolve() == source.resolve():
        raise UnwritableRejects(
            f"{rejects} cannot hold the rejected lines. Name another file with --rejects."
        )
    try:
        rejects.parent.mkdir(parents=True, exist_ok=True)
        with rejects.open("a", encoding="utf-8"):
            pass
        if not rejects.stat().st_size:
            rejects.unlink()
    except OSError as error:
        raise UnwritableRejects(f"{rejects} cannot be written: {error.strerror or error}.") from error


def write(rejects: Path, source: Path, rejected: Mapping[int, Reason]) -> None:
    """Copy the rejected rows of ``source``, each behind its line number and reason."""
    table = history_files.open_table(source)
    temporary = rejects.with_name(rejects.name + ".part")
    with temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "reason", *table.header])
        writer.writerows([number, rejected[number], *row] for number, row in table.rows if number in rejected)
    temporary.replace(rejects)
