"""What an invoice or a credit note shows. Pure: made once, frozen, and shown as it was ever after."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

PREFIXES: Mapping[str, str] = {"invoice": "INV", "credit_note": "CN"}


class Kind(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


@dataclass(frozen=True)
class Seller:
    """Who sells: name, lines of the address, tax number and e-mail address, as the law wants them on an invoice."""

    name: str
    address: tuple[str, ...] = ()
    tax_number: str = ""
    email: str = ""
    bank: tuple[str, ...] = ()
    """Lines of the account that transfers go to."""


@dataclass(frozen=True)
class InvoiceLine:
    """A line; amounts in minor units."""

    name: str
    quantity: int
    unit_price_minor: int
    total_minor: int


def number(kind: Kind, count: int) -> str:
    """``INV-000012``: the prefix of the kind and six digits or more."""
    return f"{PREFIXES[kind]}-{count:06d}"


def at_full_price(lines: Sequence[InvoiceLine]) -> tuple[tuple[InvoiceLine, ...], int]:
    """Lines as quantity times price, as their invoice had them, and what was taken off them together in minor units.

    Lines that cost more than that, as those of an imported history may, stay as they are.
    """
    full = tuple(replace(line, total_minor=line.quantity * line.unit_price_minor) for line in lines)
    shown = tuple(max(pair, key=lambda line: line.total_minor) for pair in zip(lines, full, strict=True))
    return shown, sum(line.total_minor for line in shown) - sum(line.total_minor for line in lines)


def facts(
    *,
    seller: Seller,
    order: Mapping[str, Any],
    lines: Sequence[InvoiceLine],
    totals: Sequence[tuple[str, int]],
    total_minor: int,
    tax_minor: int,
    taxes: Sequence[Mapping[str, Any]] = (),
    refers_to: str = "",
    reason: str = "",
) -> dict[str, Any]:
    """All that the document shows, as JSON can hold it.

    ``totals`` are the rows above the total, ``taxes`` the part of each rate as the order froze them.
    """
    return {
        "seller": asdict(seller),
        **order,
        "lines": [asdict(line) for line in lines],
        "totals": [{"label": label, "minor": minor} for label, minor in totals],
        "total_minor": total_minor,
        "tax_minor": tax_minor,
        "taxes": list(taxes),
        "refers_to": refers_to,
        "reason": reason,
    }
