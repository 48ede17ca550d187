"""Which column of a file holds what, under the names shops usually give them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from smartshop.kernel.errors import Invalid

USUAL_NAMES: dict[str, tuple[str, ...]] = {
    "invoice": (
        "invoiceno",
        "invoice",
        "invoicenumber",
        "invoiceid",
        "orderid",
        "ordernumber",
        "orderno",
        "order",
        "transactionid",
    ),
    "product": (
        "stockcode",
        "sku",
        "productid",
        "productcode",
        "itemid",
        "itemcode",
        "item",
        "lineitemsku",
        "product",
    ),
    "description": (
        "description",
        "productname",
        "itemname",
        "lineitemname",
        "productdescription",
        "product",
        "name",
        "title",
    ),
    "quantity": ("quantity", "qty", "units", "lineitemquantity"),
    "date": (
        "invoicedate",
        "orderedat",
        "orderdate",
        "createdat",
        "placedat",
        "date",
        "datetime",
        "timestamp",
    ),
    "price": ("unitprice", "price", "itemprice", "lineitemprice"),
    "customer": (
        "customerid",
        "customer",
        "customernumber",
        "customerno",
        "clientid",
        "customeremail",
        "email",
    ),
    "country": ("country", "customercountry", "shippingcountry", "billingcountry"),
    "currency": ("currency", "currencycode"),
}
REQUIRED = ("invoice", "product", "quantity", "date", "price", "customer")


class UnknownColumns(Invalid):
    """The file does not have the columns that order lines need."""

    code = "unknown_columns"


@dataclass(frozen=True)
class Columns:
    """Where each field stands in a row, from 0; an absent optional field has no place."""

    names: tuple[str, ...]
    places: Mapping[str, int]

    def described(self) -> str:
        """The recognised columns for a reader: ``invoice = InvoiceNo, ...``."""
        return ", ".join(f"{field} = {self.names[place]}" for field, place in self.places.items())


def plain(name: str) -> str:
    """A column name without case, spaces, underscores and punctuation."""
    return "".join(character for character in name.lower() if character.isalnum())


def recognise(header: Sequence[str], mapping: Mapping[str, str] | None = None) -> Columns:
    """The columns of a header row; ``mapping`` (field to column name) goes before the usual names.

    Raises UnknownColumns when a mapping names an unknown field or column, or a required field is missing.
    """
    names = tuple(name.strip() for name in header)
    places: dict[str, int] = {}
    first = {plain(name): place for place, name in reversed(list(enumerate(names)))}
    for field, column in (mapping or {}).items():
        places[field] = _mapped(field, column, first, names)
    taken = set(places.values())
    for field, aliases in USUAL_NAMES.items():
        found = next((first[a] for a in aliases if a in first and first[a] not in taken), None)
        if field not in places and found is not None:
            places[field] = found
            taken.add(found)
    missing = [field for field in REQUIRED if field not in places]
    if missing:
        raise UnknownColumns(
            f"No column was recognised for: {', '.join(missing)}. The file has: {_listed(names)}. "
            f"Name them with --map, for example --map {missing[0]}=COLUMN."
        )
    return Columns(names, {field: places[field] for field in USUAL_NAMES if field in places})


def _mapped(field: str, column: str, first: Mapping[str, int], names: Sequence[str]) -> int:
    if field not in USUAL_NAMES:
        raise UnknownColumns(f"--map knows no field {field!r}. The fields are: {', '.join(USUAL_NAMES)}.")
    if plain(column) not in first:
        raise UnknownColumns(f"The file has no column {column!r}. It has: {_listed(names)}.")
    return first[plain(column)]


def _listed(names: Sequence[str]) -> str:
    shown = [name[:40] or "(no name)" for name in names[:30]]
    return ", ".join(shown) + (" …" if len(names) > 30 else "")
