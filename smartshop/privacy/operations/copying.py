"""Writing down a copy of everything that is held of a person."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import IO, Any

from smartshop.insights.queries.reports.writing import cell
from smartshop.kernel import audit, clock
from smartshop.kernel.uow import unit_of_work
from smartshop.privacy.queries import copies

README = """What the shop holds of you.

data.json holds everything; each file in csv/ holds one part of it, for a spreadsheet.
Moments are in UTC, amounts in the smallest unit of the currency (pence, cents).
Passwords, codes and the fingerprints of cookies are left out: they would let somebody in.
"""


def write_copy(*, person_id: int, file: IO[bytes], actor: audit.Actor) -> None:
    """Write the copy as a zip of JSON and CSV files, and note in the audit log that it was made."""
    with unit_of_work():
        audit.record(actor=actor, action="person.copied", subject=f"person:{person_id}")
    everything: dict[str, Any] = {"made_at": _plain(clock.now())}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", README)
        for name, rows in copies.parts(person_id):
            held = list(rows)
            everything[name] = held
            archive.writestr(str(PurePosixPath("csv") / f"{name}.csv"), _csv(held))
        text = json.dumps(everything, ensure_ascii=False, indent=2, default=_plain)
        archive.writestr("data.json", text)


def _csv(rows: Iterable[copies.Row]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    for count, row in enumerate(rows):
        if not count:
            writer.writerow(row)
        writer.writerow([cell(value) for value in row.values()])
    return text.getvalue()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value)
