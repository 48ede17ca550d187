from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from smartshop.orders.rules.history import assembling, codes, columns, dates, judging, values
from smartshop.orders.rules.history.judging import Circumstances, Judged
from smartshop.orders.rules.history.lines import MEANINGS, Line, Reason, RowReader
from smartshop.orders.rules.history.netting import Credit, Sale, net

NOON = datetime(2011, 5, 2, 12, tzinfo=UTC)
HEADER = [
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
]


def row(**changed: str) -> list[str]:
    usual = dict(
        zip(
            HEADER,
            ["536365", "85123a", "LAMP", "6", "2011-05-02 12:00", "2.55", "17850", "France"],
            strict=True,
        )
    )
    return list((usual | changed).values())


def judged(*rows: list[str], known: frozenset[str] = frozenset(), now: datetime = NOON) -> Judged:
    reader = RowReader(columns.recognise(HEADER))
    found = [reader.read(number, cells) for number, cells in enumerate(rows, 2)]
    lines = [line for line in found if isinstance(line, Line)]
    assert len(lines) == len(rows), found
    moments = dates.read({line.date for line in lines}).moments
    return judging.judge(lines, Circumstances("GBP", now, moments, known))


def sale(**changed: object) -> Sale:
    facts: dict[str, object] = {
        "invoice": "1",
        "customer": "7",
        "code": "A",
        "kind": "product",
        "description": "",
        "quantity": 10,
        "unit_minor": 100,
        "total_minor": 1000,
        "at": NOON,
    }
    return Sale(**(facts | changed))  # type: ignore[arg-type]


def credit(quantity: int, price: str = "1.00", at: datetime = NOON, number: int = 1) -> Credit:
    return Credit(number, "C1", "7", "A", quantity, Decimal(price), at)


@pytest.mark.parametrize(
    "header",
    [
        ["InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"],
        ["Invoice", "StockCode", "Quantity", "InvoiceDate", "Price", "Customer ID"],
        ["order_id", "sku", "qty", "ordered_at", "unit_price", "customer_id"],
        ["ORDER NUMBER", "product id", "Quantity", "Created_At", "price", "e-mail".replace("-", "")],
    ],
)
def test_usual_column_names_are_recognised_whatever_their_case_and_spacing(header: list[str]) -> None:
    assert columns.recognise(header).places == {
        field: place
        for place, field in enumerate(("invoice", "product", "quantity", "date", "price", "customer"))
    }


def test_a_product_without_a_code_is_told_by_its_name_and_one_with_both_by_its_code() -> None:
    header = ["order", "product", "quantity", "date", "price", "customer"]
    assert columns.recognise(header).places["product"] == 1
    assert "description" not in columns.recognise(header).places
    places = columns.recognise([*header, "sku"]).places
    assert (places["product"], places["description"]) == (6, 1)


def test_missing_columns_are_refused_with_those_found_and_how_to_map_them() -> None:
    with pytest.raises(columns.UnknownColumns) as refusal:
        columns.recognise(["InvoiceNo", "Thing", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"])
    assert "for: product" in refusal.value.message
    assert "Thing" in refusal.value.message
    assert "--map product=COLUMN" in refusal.value.message


def test_a_mapping_goes_before_the_usual_names_and_refuses_what_is_not_there() -> None:
    header = ["Invoice", "Thing", "Quantity", "Date", "Price", "Customer", "StockCode"]
    assert columns.recognise(header, {"product": "thing"}).places["product"] == 1
    with pytest.raises(columns.UnknownColumns, match="no column 'Nothing'"):
        columns.recognise(header, {"product": "Nothing"})
    with pytest.raises(columns.UnknownColumns, match="knows no field 'colour'"):
        columns.recognise(header, {"colour": "Thing"})


@pytest.mark.parametrize(
    ("text", "dayfirst", "expected"),
    [
        ("2010-12-01 08:26:00", False, datetime(2010, 12, 1, 8, 26, tzinfo=UTC)),
        ("2010-12-01T08:26:00+02:00", False, datetime(2010, 12, 1, 6, 26, tzinfo=UTC)),
        ("12/1/2010 8:26", False, datetime(2010, 12, 1, 8, 26, tzinfo=UTC)),
        ("12/1/2010 8:26", True, datetime(2010, 1, 12, 8, 26, tzinfo=UTC)),
        ("12/1/10 12:05 AM", False, datetime(2010, 12, 1, 0, 5, tzinfo=UTC)),
        ("1.12.2010", False, datetime(2010, 12, 1, tzinfo=UTC)),
        ("1-Dec-2010 08:26", False, datetime(2010, 12, 1, 8, 26, tzinfo=UTC)),
        ("2010-02-30", False, None),
        ("99999-01-01", False, None),
        ("0001-01-01T00:00:00+23:00", False, None),
        ("", False, None),
        ("40513.35", False, None),
    ],
)
def test_dates_are_read_in_their_usual_forms(text: str, expected: datetime | None, *, dayfirst: bool) -> None:
    assert dates.read({text}, dayfirst=dayfirst).moments[text] == expected


def test_one_day_above_twelve_decides_the_order_for_the_whole_file_and_it_is_said() -> None:
    reading = dates.read({"3/4/2011", "13/4/2011"})
    assert reading.moments["3/4/2011"] == datetime(2011, 4, 3, tzinfo=UTC)
    assert "day first" in reading.note
    assert "do not tell" in dates.read({"3/4/2011"}).note


@pytest.mark.parametrize("days_ago", range(15))
def test_a_shift_is_whole_weeks_and_ends_in_the_last_seven_days(days_ago: int) -> None:
    today = date(2026, 11, 20)
    last = datetime(2011, 12, 9, 12, 50, tzinfo=UTC) - timedelta(days=days_ago)
    weeks = dates.weeks_to_yesterday(last, today)
    moved = (last + weeks * dates.WEEK).date()
    assert today - timedelta(days=7) <= moved <= today - timedelta(days=1)
    assert moved.weekday() == last.weekday()


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("POST", "shipping"),
        ("DOT", "shipping"),
        ("C2", "shipping"),
        ("M", "fee"),
        ("D", "fee"),
        ("S", "fee"),
        ("BANK CHARGES", "fee"),
        ("AMAZONFEE", "fee"),
        ("CRUK", "fee"),
        ("PADS", "fee"),
        ("DCGSSBOY", "fee"),
        ("GIFT_0001_10", "fee"),
        ("B", "bad_debt"),
        ("TEST001", "test"),
        ("22423", "product"),
        ("85123A", "product"),
        ("MUG", "product"),
        ("TESTTUBE", "product"),
    ],
)
def test_codes_that_are_not_goods_are_known(code: str, meaning: str) -> None:
    assert codes.meaning(code) == meaning


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"InvoiceNo": " "}, Reason.NO_INVOICE),
        ({"StockCode": ""}, Reason.NO_PRODUCT),
        ({"Quantity": "six"}, Reason.BAD_NUMBER),
        ({"Quantity": "1_000"}, Reason.BAD_NUMBER),
        ({"Quantity": "1.5"}, Reason.BAD_NUMBER),
        ({"Quantity": "٣"}, Reason.BAD_NUMBER),
        ({"Quantity": "2147483648"}, Reason.NUMBER_TOO_LARGE),
        ({"Quantity": "9" * 5000}, Reason.NUMBER_TOO_LARGE),
        ({"UnitPrice": "NaN"}, Reason.BAD_NUMBER),
        ({"UnitPrice": "1e400"}, Reason.BAD_NUMBER),
        ({"UnitPrice": "£2.55"}, Reason.BAD_NUMBER),
        ({"UnitPrice": "9" * 19}, Reason.NUMBER_TOO_LARGE),
        ({"Description": "a\0b"}, Reason.BAD_TEXT),
        ({"InvoiceNo": "1" * 81}, Reason.TOO_LONG),
        ({"CustomerID": "1" * 81}, Reason.TOO_LONG),
    ],
)
def test_a_cell_that_cannot_be_kept_names_its_reason(changed: dict[str, str], reason: Reason) -> None:
    assert RowReader(columns.recognise(HEADER)).read(2, row(**changed)) is reason


def test_rows_of_another_width_are_rejected_but_empty_cells_at_the_end_do_not_count() -> None:
    reader = RowReader(columns.recognise(HEADER))
    assert reader.read(2, row()[:-1]) is Reason.ROW_TOO_SHORT
    assert reader.read(2, [*row(), "x"]) is Reason.ROW_TOO_LONG
    assert isinstance(reader.read(2, [*row(), ""]), Line)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"Quantity": "0"}, Reason.NO_QUANTITY),
        ({"UnitPrice": "0"}, Reason.NO_PRICE),
        ({"UnitPrice": "-1"}, Reason.NO_PRICE),
        ({"StockCode": "b"}, Reason.BAD_DEBT),
        ({"StockCode": "TEST001"}, Reason.TEST),
        ({"InvoiceDate": "soon"}, Reason.BAD_DATE),
        ({"InvoiceDate": "1969-12-31"}, Reason.DATE_OUT_OF_RANGE),
        ({"InvoiceDate": "2011-05-03"}, Reason.FUTURE_DATE),
        ({"Quantity": "-1", "CustomerID": ""}, Reason.STOCK_ADJUSTMENT),
        ({"InvoiceNo": "C1", "Quantity": "1"}, Reason.CREDIT_NOT_NEGATIVE),
        ({"InvoiceNo": "C1", "Quantity": "-1", "CustomerID": ""}, Reason.CANCELLATION_WITHOUT_PURCHASE),
        ({"InvoiceNo": "4"}, Reason.ALREADY_IMPORTED),
        ({"Quantity": "2000000000", "UnitPrice": "999999999"}, Reason.NUMBER_TOO_LARGE),
    ],
)
def test_a_line_that_sells_nothing_names_its_reason(changed: dict[str, str], reason: Reason) -> None:
    outcome = judged(row(**changed), known=frozenset({"4"}))
    assert outcome.rejected == {2: reason}
    assert not outcome.sales
    assert not outcome.credits


def test_every_reason_says_what_it_means() -> None:
    assert set(MEANINGS) == set(Reason)


def test_a_negative_quantity_is_a_credit_only_in_files_without_credit_notes() -> None:
    negative = row(InvoiceNo="536366", Quantity="-2")
    assert [c.quantity for c in judged(row(), negative).credits] == [2]
    with_notes = judged(row(), negative, row(InvoiceNo="C536367", Quantity="-1"))
    assert with_notes.rejected == {3: Reason.STOCK_ADJUSTMENT}
    assert [c.quantity for c in with_notes.credits] == [1]


def test_a_customer_on_one_line_stands_for_the_invoice_and_a_second_one_is_rejected() -> None:
    outcome = judged(row(CustomerID=""), row(CustomerID="17850.0"), row(CustomerID="9"))
    assert [sold.customer for sold in outcome.sales] == ["17850", "17850"]
    assert outcome.rejected == {4: Reason.MIXED_CUSTOMERS}


LAMP, MUG = row(), row(StockCode="22423", UnitPrice="1.25")
OTHER = row(InvoiceNo="536366", StockCode="22423")


@pytest.mark.parametrize(
    ("rows", "repeated"),
    [
        ([LAMP, MUG, OTHER, LAMP, MUG, OTHER], [5, 6, 7]),
        ([LAMP, MUG, LAMP, MUG, OTHER, OTHER], [4, 5, 7]),
        ([LAMP, LAMP, MUG, MUG, OTHER], [3, 5]),
        ([LAMP, MUG, OTHER, MUG, LAMP], [5, 6]),
        ([LAMP, LAMP, MUG, OTHER, LAMP, MUG, LAMP], [6, 7, 8]),
        ([LAMP, MUG] * 3, [4, 5, 6, 7]),
        ([OTHER, LAMP, OTHER], [4]),
        ([LAMP, MUG, OTHER, OTHER] * 2, [6, 7, 8, 9]),
        ([row(Description="LAMP, now called otherwise"), MUG, LAMP, MUG], [4, 5]),
    ],
    ids=["appended", "by date", "by product", "in another order", "twice on its own", "three times", "one line", "one line twice", "renamed"],
)  # fmt: skip
def test_an_invoice_that_stands_in_the_file_again_counts_once(
    rows: list[list[str]], repeated: list[int]
) -> None:
    outcome = judged(*rows)
    assert outcome.rejected == dict.fromkeys(repeated, Reason.REPEATED)
    assert len(outcome.sales) == len(rows) - len(repeated)


@pytest.mark.parametrize(
    "rows",
    [
        [LAMP, LAMP, MUG],
        [LAMP, MUG, OTHER, LAMP],
        [LAMP, MUG, OTHER, LAMP, row(StockCode="22423", UnitPrice="1.25", Quantity="7")],
        [OTHER, OTHER],
        [LAMP, MUG, OTHER, OTHER],
        [LAMP, OTHER, MUG],
    ],
    ids=["a line twice", "a line twice apart", "more of it later", "one line twice", "among others", "not in one piece"],
)  # fmt: skip
def test_a_thing_sold_twice_on_an_invoice_is_sold_twice(rows: list[list[str]]) -> None:
    outcome = judged(*rows)
    assert not outcome.rejected
    assert len(outcome.sales) == len(rows)


def test_a_total_is_the_exact_product_rounded_half_up() -> None:
    outcome = judged(row(Quantity="5", UnitPrice="0.001"), row(Quantity="3", UnitPrice="1.115"))
    assert [(sold.unit_minor, sold.total_minor) for sold in outcome.sales] == [(0, 1), (112, 335)]


def test_a_credit_takes_the_same_price_first_and_the_latest_of_these() -> None:
    early, late = sale(invoice="early", at=NOON - timedelta(2)), sale(invoice="late", at=NOON - timedelta(1))
    cheap = sale(invoice="cheap", unit_minor=90, total_minor=900)
    returns = net([early, late, cheap], [credit(25)], "GBP")
    assert [(r.sale.invoice, r.quantity, r.amount_minor) for r in returns] == [
        ("late", 10, 1000),
        ("early", 10, 1000),
        ("cheap", 5, 450),
    ]


def test_a_credit_takes_nothing_that_was_sold_after_it_or_to_somebody_else() -> None:
    later, other = sale(at=NOON + timedelta(seconds=1)), sale(customer="8")
    assert net([later, other], [credit(1)], "GBP") == []
    assert later.returned_quantity == other.returned_quantity == 0


def test_a_cheaper_credit_gives_back_its_own_price_and_leaves_the_rest_of_the_money() -> None:
    sold = sale()
    net([sold], [credit(5, "0.10"), credit(5, "1.00", number=2)], "GBP")
    assert (sold.returned_quantity, sold.returned_minor) == (10, 50 + 500)


def test_rounded_parts_of_a_total_sum_to_it() -> None:
    sold = sale(quantity=3, unit_minor=33, total_minor=100)
    amounts = [r.amount_minor for r in net([sold], [credit(1, "0.33", number=n) for n in range(4)], "GBP")]
    assert sum(amounts) == 100
    assert len(amounts) == 3


def test_a_product_is_called_as_most_often_and_costs_what_it_cost_last() -> None:
    products = assembling.products(
        [
            sale(description="LAMP", at=NOON, unit_minor=300),
            sale(description="LAMP", at=NOON - timedelta(1), unit_minor=200),
            sale(description="lamp?", at=NOON - timedelta(2), unit_minor=100),
            sale(code="POST", kind="shipping"),
        ]
    )
    assert [(p.code, p.name, p.price_minor, p.first_at) for p in products.values()] == [
        ("A", "LAMP", 300, NOON - timedelta(2))
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [(17850.0, "17850"), (2.55, "2.55"), (float("nan"), ""), (None, ""), (Decimal("1.10"), "1.10"), (3, "3")],
)
def test_cells_of_spreadsheets_read_as_their_plain_text(value: object, text: str) -> None:
    assert values.cell_text(value) == text
