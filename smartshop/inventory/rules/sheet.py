"""The stock sheet: one row a variant, with what was counted or what came and went."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from smartshop.inventory.rules.counting import LONGEST_NOTE, MOST
from smartshop.kernel.legible import is_legible
from smartshop.kernel.sheets import UnreadableSheet

FOR_READING = ("product", "variant")
COLUMNS = ("sku", "on_hand", "change", "reason", *FOR_READING)
WHOLE = re.compile(r"[+-]?[0-9]{1,9}")
MINUS = "\u2212"


class BadCell(ValueError):
    """What is wrong with a cell of ``column``, said to who wrote it."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column


@dataclass(frozen=True)
class Count:
    """What a row says: the pieces there are (``is_change`` False), or how many more or fewer."""

    pieces: int
    is_change: bool
    reason: str


def check_columns(header: tuple[str, ...]) -> None:
    """Raises UnreadableSheet unless the sheet either counts or changes."""
    if ("on_hand" in header) == ("change" in header):
        raise UnreadableSheet(
            "The file needs either a column on_hand (what was counted) or a column change (+5, -2)."
        )


def count(cells: Mapping[str, str], reason: str) -> Count | None:
    """What a row says, with this reason when it gives none; None when its number is empty. Raises BadCell."""
    column = "change" if "change" in cells else "on_hand"
    text = cells[column].strip().replace(MINUS, "-")
    if not text:
        return None
    if not WHOLE.fullmatch(text) or abs(int(text)) > MOST:
        raise BadCell(column, f"Write a whole number up to {MOST:,}.")
    if column == "on_hand" and int(text) < 0:
        raise BadCell(column, "There cannot be fewer than none.")
    note = " ".join(cells.get("reason", "").split()) or reason
    if len(note) > LONGEST_NOTE or not is_legible(note):
        raise BadCell("reason", f"Use at most {LONGEST_NOTE} characters.")
    return Count(int(text), column == "change", note)


def after(wanted: Count, *, on_hand: int, reserved: int) -> int:
    """What is on hand after a row. Raises BadCell when that cannot be."""
    column = "change" if wanted.is_change else "on_hand"
    now = on_hand + wanted.pieces if wanted.is_change else wanted.pieces
    if now < 0:
        raise BadCell(column, f"Only {on_hand} are on hand.")
    if now < reserved:
        raise BadCell(column, f"Open checkouts hold {reserved} of these. Wait until they are through.")
    if now > MOST:
        raise BadCell(column, f"At most {MOST:,} can be on hand.")
    return now
