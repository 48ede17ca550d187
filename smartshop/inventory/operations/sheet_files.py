"""Uploaded sheets: kept, looked at as often as one likes, applied once."""

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from smartshop.inventory.models import SheetFile
from smartshop.inventory.operations import goods, holds, stock_sheet
from smartshop.kernel import audit, clock, sheets
from smartshop.kernel.errors import Conflict, NotFound
from smartshop.kernel.extensions import db
from smartshop.kernel.sheets import Report
from smartshop.kernel.uow import unit_of_work

KEPT_FOR = timedelta(days=30)
LONGEST_NAME = 120


class AppliedAlready(Conflict):
    """The file was applied before, and is applied once."""

    code = "applied_already"


@dataclass(frozen=True)
class Kept:
    """An uploaded sheet; its report is what it would do now, or None once it was applied or forgotten."""

    id: int
    name: str
    uploaded_at: datetime
    applied_at: datetime | None
    outcome: dict[str, Any]
    report: Report | None

    @property
    def problems(self) -> list[tuple[int, str, str]]:
        """(row, column, reason) of what is or was rejected."""
        if self.report is None:
            return [(row, column, reason) for row, column, reason in self.outcome.get("problems", ())]
        return [(found.row.number, found.column, found.reason) for found in self.report.rejected]


def keep(*, kind: str, name: str, content: bytes, currency: str) -> int:
    """Keep an uploaded sheet that can be read; returns its id.

    Raises UnreadableSheet.
    """
    _look(kind, name, content, currency)
    return _store(kind, name, content)


def _store(kind: str, name: str, content: bytes) -> int:
    with unit_of_work():
        file = SheetFile(
            kind=kind,
            name=_tidy(name),
            content=zlib.compress(content, 6),
            uploaded_at=clock.now(),
            outcome={},
        )
        db.session.add(file)
        db.session.flush()
        return file.id


def look(*, kind: str, file_id: int, currency: str) -> Kept:
    """A kept sheet with what it would do now.

    Raises NotFound.
    """
    file = _found(kind, file_id)
    is_open = file.applied_at is None
    report = _look(kind, file.name, zlib.decompress(file.content), currency) if is_open else None
    return Kept(file.id, file.name, file.uploaded_at, file.applied_at, file.outcome, report)


def rejected(*, kind: str, file_id: int, currency: str) -> Iterator[str]:
    """The rows of a kept sheet that are or were rejected, as CSV.

    Raises NotFound, also when the file was forgotten.
    """
    kept, file = look(kind=kind, file_id=file_id, currency=currency), _found(kind, file_id)
    if not file.content:
        raise NotFound("This file was forgotten.")
    table = sheets.read(zlib.decompress(file.content))
    rows = {row.number: row for row in table.rows}
    return sheets.rejected_rows(
        table.header, [sheets.Rejection(rows[row], column, reason) for row, column, reason in kept.problems]
    )


def apply(*, kind: str, file_id: int, seen: str, currency: str, actor: audit.Actor) -> Report:
    """Apply a kept sheet as it was looked at, once, whole or not at all.

    Raises NotFound, AppliedAlready, sheets.Moved.
    """
    file = _found(kind, file_id)
    return _applied(kind, file.name, zlib.decompress(file.content), currency, seen, actor, file_id=file_id)


def apply_content(*, kind: str, name: str, content: bytes, currency: str, actor: audit.Actor) -> Report:
    """Apply a sheet from the command line, as it comes.

    Raises UnreadableSheet, AppliedAlready.
    """
    with unit_of_work():
        file_id = _store(kind, name, content)
        return _applied(kind, name, content, currency, None, actor, file_id=file_id)


def look_at_content(*, kind: str, name: str, content: bytes, currency: str) -> Report:
    """What a sheet would do now.

    Raises UnreadableSheet.
    """
    return _look(kind, name, content, currency)


def forget_old() -> int:
    """Drop sheets that were uploaded long ago, but remember which were applied; returns how many."""
    with unit_of_work():
        old = SheetFile.uploaded_at < clock.now() - KEPT_FOR
        gone = db.session.execute(sa.delete(SheetFile).where(old, SheetFile.once_key.is_(None)))
        db.session.execute(sa.update(SheetFile).where(old).values(content=b""))
        return int(gone.rowcount)  # type: ignore[attr-defined]


def _look(kind: str, name: str, content: bytes, currency: str) -> Report:
    table = sheets.read(content)
    if kind == "products":
        return goods.look(table, currency=currency)
    return stock_sheet.look(table, name=_tidy(name))


def _applied(
    kind: str,
    name: str,
    content: bytes,
    currency: str,
    seen: str | None,
    actor: audit.Actor,
    *,
    file_id: int,
) -> Report:
    table = sheets.read(content)
    if kind == "stock":
        holds.expire()
    try:
        with unit_of_work():
            _claim(
                file_id, _once_key(content) if kind == "stock" and stock_sheet.is_relative(table) else None
            )
            if kind == "products":
                report = goods.import_sheet(table, currency=currency, seen=seen, actor=actor)
            else:
                report = stock_sheet.import_sheet(table, name=_tidy(name), seen=seen, actor=actor)
            _note(file_id, kind, name, report, actor)
    except IntegrityError as error:
        raise Conflict(
            "Somebody changed the same things at the same moment. Look at the file again."
        ) from error
    return report


def _claim(file_id: int, once_key: str | None) -> None:
    """Take the one application of a file for this unit; raises AppliedAlready."""
    try:
        claimed = db.session.execute(
            sa.update(SheetFile)
            .where(SheetFile.id == file_id, SheetFile.applied_at.is_(None))
            .values(applied_at=clock.now(), once_key=once_key)
            .execution_options(synchronize_session=False)
        )
    except IntegrityError as error:
        raise AppliedAlready(
            "This very file was booked before. It says what came and went, so it is booked once. "
            "If the same came again, change a reason in it."
        ) from error
    if not claimed.rowcount:  # type: ignore[attr-defined]
        raise AppliedAlready("This file was applied already. Upload it again to see what it would do now.")


def _note(file_id: int, kind: str, name: str, report: Report, actor: audit.Actor) -> None:
    counts = {"added": report.added, "changed": report.changed, "unchanged": report.unchanged}
    outcome = {**counts, "rejected": len(report.rejected)}
    problems = [(found.row.number, found.column, found.reason) for found in report.rejected]
    db.session.execute(
        sa.update(SheetFile).where(SheetFile.id == file_id).values(outcome={**outcome, "problems": problems})
    )
    audit.record(
        actor=actor,
        action=f"{kind}.imported",
        subject=f"sheet:{file_id}",
        after={"file": _tidy(name), **outcome},
    )


def _once_key(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _found(kind: str, file_id: int) -> SheetFile:
    file = db.session.scalar(
        sa.select(SheetFile)
        .where(SheetFile.id == file_id, SheetFile.kind == kind)
        .execution_options(populate_existing=True)
    )
    if file is None or (not file.content and file.applied_at is None):
        raise NotFound("There is no such file any more. Upload it again.")
    return file


def _tidy(name: str) -> str:
    shown = "".join(letter for letter in name if letter.isprintable()).strip()
    return shown[-LONGEST_NAME:] or "sheet.csv"
