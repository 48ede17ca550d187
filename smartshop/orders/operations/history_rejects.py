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
    try:
        if rejects.is_dir() or rejects.resolve() == source.resolve():
            raise UnwritableRejects(
                f"{rejects} cannot hold the rejected lines. Name another file with --rejects."
            )
        rejects.parent.mkdir(parents=True, exist_ok=True)
        with _temporary(rejects).open("w", encoding="utf-8"):
            pass
        _temporary(rejects).unlink()
    except OSError as error:
        raise _unwritable(rejects, error) from error


def write(rejects: Path, source: Path, rejected: Mapping[int, Reason], encoding: str) -> None:
    """Copy the rejected rows of ``source``, each behind its line number and reason."""
    table = history_files.open_table(source, encoding=encoding)
    try:
        with _temporary(rejects).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["line", "reason", *table.header])
            writer.writerows([line, rejected[line], *row] for line, row in table.rows if line in rejected)
        _temporary(rejects).replace(rejects)
    except OSError as error:
        _temporary(rejects).unlink(missing_ok=True)
        raise _unwritable(rejects, error) from error


def _temporary(rejects: Path) -> Path:
    return rejects.with_name(rejects.name + ".part")


def _unwritable(rejects: Path, error: OSError) -> UnwritableRejects:
    return UnwritableRejects(
        f"{rejects} cannot be written: {error.strerror or error}. Name another with --rejects."
    )
