"""One row of an order history as a line, or the reason why it is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from sys import intern

from smartshop.orders.rules.history import values
from smartshop.orders.rules.history.columns import Columns

LONGEST_KEY = 80
LONGEST_EMAIL = 254


class Reason(StrEnum):
    """Why a line is not kept."""

    ROW_TOO_SHORT = "row_too_short"
    ROW_TOO_LONG = "row_too_long"
    BAD_TEXT = "bad_text"
    NO_INVOICE = "no_invoice"
    NO_PRODUCT = "no_product"
    TOO_LONG = "too_long"
    BAD_NUMBER = "bad_number"
    NUMBER_TOO_LARGE = "number_too_large"
    BAD_DATE = "bad_date"
    DATE_OUT_OF_RANGE = "date_out_of_range"
    FUTURE_DATE = "future_date"
    ALREADY_IMPORTED = "already_imported"
    REPEATED = "repeated"
    TEST = "test"
    BAD_DEBT = "bad_debt"
    OTHER_CURRENCY = "other_currency"
    MIXED_CUSTOMERS = "mixed_customers"
    NO_QUANTITY = "no_quantity"
    NO_PRICE = "no_price"
    STOCK_ADJUSTMENT = "stock_adjustment"
    CREDIT_NOT_NEGATIVE = "credit_not_negative"
    CANCELLATION_WITHOUT_PURCHASE = "cancellation_without_purchase"

    @property
    def meaning(self) -> str:
        return MEANINGS[self]


MEANINGS: dict[Reason, str] = {
    Reason.ROW_TOO_SHORT: "fewer cells than the header",
    Reason.ROW_TOO_LONG: "more cells than the header",
    Reason.BAD_TEXT: "a zero byte in the text",
    Reason.NO_INVOICE: "no invoice number",
    Reason.NO_PRODUCT: "no stock code",
    Reason.TOO_LONG: "an invoice, stock code or customer of more than 80 characters",
    Reason.BAD_NUMBER: "the quantity is no whole number or the price no number",
    Reason.NUMBER_TOO_LARGE: "the quantity, price or amount is too large to keep",
    Reason.BAD_DATE: "not a date",
    Reason.DATE_OUT_OF_RANGE: "a date before 1970",
    Reason.FUTURE_DATE: "a date in the future",
    Reason.ALREADY_IMPORTED: "the invoice was imported before",
    Reason.REPEATED: "the invoice stands in the file before, line for line",
    Reason.TEST: "a test product",
    Reason.BAD_DEBT: "an adjustment of bad debt",
    Reason.OTHER_CURRENCY: "another currency than the rest of the import",
    Reason.MIXED_CUSTOMERS: "another customer than the rest of its invoice",
    Reason.NO_QUANTITY: "a quantity of zero",
    Reason.NO_PRICE: "a price of zero or less",
    Reason.STOCK_ADJUSTMENT: "a negative quantity that is no cancellation of a customer",
    Reason.CREDIT_NOT_NEGATIVE: "a cancellation with a positive quantity",
    Reason.CANCELLATION_WITHOUT_PURCHASE: "nothing left that it could cancel",
}


@dataclass(slots=True)
class Line:
    """A readable row; ``number`` is where it stands in its file, ``code`` the stock code in capitals."""

    number: int
    invoice: str
    code: str
    description: str
    quantity: int
    price: Decimal
    date: str
    customer: str
    country: str
    currency: str


class RowReader:
    """Turns rows into lines; every text that comes back often is kept once."""

    def __init__(self, columns: Columns, *, has_decimal_commas: bool = False) -> None:
        places = columns.places
        self._width = len(columns.names)
        self._required = tuple(
            places[f] for f in ("invoice", "product", "quantity", "date", "price", "customer")
        )
        self._optional = tuple(places.get(f, -1) for f in ("description", "country", "currency"))
        self._has_commas = has_decimal_commas

    def read(self, number: int, row: Sequence[str]) -> Line | Reason:
        """The line of a row, or why it is none."""
        if len(row) != self._width and (len(row) < self._width or any(row[self._width :])):
            return Reason.ROW_TOO_SHORT if len(row) < self._width else Reason.ROW_TOO_LONG
        at_invoice, at_code, at_quantity, at_date, at_price, at_customer = self._required
        at_description, at_country, at_currency = self._optional
        invoice, customer = values.invoice(row[at_invoice]), values.customer(row[at_customer])
        code = intern(row[at_code].strip().upper())
        description = intern(row[at_description].strip()) if at_description >= 0 else ""
        country = intern(row[at_country].strip()) if at_country >= 0 else ""
        currency = intern(row[at_currency].strip().upper()) if at_currency >= 0 else ""
        problem = _problem(invoice, code, customer, description, country)
        if problem is not None:
            return problem
        price_text = row[at_price].strip()
        try:
            quantity = values.quantity(row[at_quantity].strip())
            price = values.price(price_text.replace(",", ".") if self._has_commas else price_text)
        except values.BadNumber:
            return Reason.BAD_NUMBER
        except values.NumberTooLarge:
            return Reason.NUMBER_TOO_LARGE
        date = intern(row[at_date].strip())
        return Line(number, invoice, code, description, quantity, price, date, customer, country, currency)


def _problem(invoice: str, code: str, customer: str, description: str, country: str) -> Reason | None:
    if not invoice:
        return Reason.NO_INVOICE
    if not code:
        return Reason.NO_PRODUCT
    if "\0" in f"{invoice}{code}{customer}{description}{country}":
        return Reason.BAD_TEXT
    longest = LONGEST_EMAIL if "@" in customer else LONGEST_KEY
    if len(invoice) > LONGEST_KEY or len(code) > LONGEST_KEY or len(customer) > longest:
        return Reason.TOO_LONG
    return None
