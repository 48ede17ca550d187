from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from smartshop.orders.rules.history import assembling, columns, dates, judging
from smartshop.orders.rules.history.judging import Circumstances
from smartshop.orders.rules.history.lines import Line, Reason, RowReader
from smartshop.orders.rules.history.netting import Credit, Sale, net

HEADER = ("Invoice", "StockCode", "Quantity", "Date", "Price", "Customer")
NOW = datetime(2012, 1, 1, tzinfo=UTC)
dirty = st.text(max_size=6)
row = st.tuples(
    st.sampled_from(["1", "2", "3", "C4", "C5", "A6", "known"]) | dirty,
    st.sampled_from(["A", "a", "B", "POST", "TEST1"]) | dirty,
    st.integers(-5, 9).map(str) | dirty,
    st.sampled_from(["2011-01-02", "1/3/2011 8:26", "13/1/2011", "2099-01-01"]) | dirty,
    st.sampled_from(["1", "2.555", "0", "-3", "99999999999"]) | dirty,
    st.sampled_from(["", "7", "7.0", "8", "a@b.example"]) | dirty,
).map(list)
dirty_rows = st.lists(row | st.lists(dirty, max_size=8), max_size=40)
MOMENT = st.integers(0, 5).map(lambda day: NOW + timedelta(days=day))


@given(dirty_rows)
def test_every_line_of_a_dirty_file_is_kept_or_rejected_exactly_once(rows: list[list[str]]) -> None:
    reader = RowReader(columns.recognise(HEADER))
    read = {number: reader.read(number, cells) for number, cells in enumerate(rows, 2)}
    lines = [line for line in read.values() if isinstance(line, Line)]
    rejected = {number: reason for number, reason in read.items() if isinstance(reason, Reason)}
    moments = dates.read({line.date for line in lines}).moments
    judged = judging.judge(lines, Circumstances("GBP", NOW, moments, {"known"}))
    judging.settle(judged, [], "GBP")
    assert not rejected.keys() & judged.rejected.keys()
    kept = len(judged.sales) + len(judged.credits)
    assert len(rows) == kept + len(rejected) + len(judged.rejected)
    orders = assembling.orders(judged.sales, judged.countries)
    assert sum(len(order.sales) for order in orders) == len(judged.sales)
    assert all(0 <= order.returned_minor <= order.total_minor for order in orders)


@st.composite
def sales(draw: st.DrawFn) -> Sale:
    quantity, unit = draw(st.integers(1, 9)), draw(st.sampled_from([50, 99, 100]))
    total = max(0, quantity * unit + draw(st.integers(-1, 1)))
    customer, code = draw(st.sampled_from("78")), draw(st.sampled_from("AB"))
    return Sale("1", customer, code, "product", "", quantity, unit, total, draw(MOMENT))


CREDITS = st.builds(
    Credit,
    st.integers(1, 10**6),
    st.just("C1"),
    st.sampled_from("78"),
    st.sampled_from("AB"),
    st.integers(1, 30),
    st.sampled_from([Decimal("0.50"), Decimal("0.99"), Decimal("0.985"), Decimal(1), Decimal(7)]),
    MOMENT,
)


@given(st.lists(sales(), max_size=12), st.lists(CREDITS, max_size=12, unique_by=lambda c: c.number))
def test_netting_never_takes_back_more_than_was_sold_nor_more_than_was_credited(
    sold: list[Sale], credits_: list[Credit]
) -> None:
    returns = net(sold, credits_, "GBP")
    for sale in sold:
        of_sale = [r for r in returns if r.sale is sale]
        assert sum(r.quantity for r in of_sale) == sale.returned_quantity <= sale.quantity
        assert sum(r.amount_minor for r in of_sale) == sale.returned_minor <= sale.total_minor
        if sale.returned_minor == sale.total_minor > 0:
            assert sale.remaining == 0
    for credit in credits_:
        taken = [r for r in returns if r.credit is credit]
        assert sum(r.quantity for r in taken) <= credit.quantity
        assert all(r.sale.customer == credit.customer and r.sale.at <= credit.at for r in taken)
        left = [
            s for s in sold if (s.customer, s.code) == (credit.customer, credit.code) and s.at <= credit.at
        ]
        if sum(r.quantity for r in taken) < credit.quantity:
            assert not any(s.remaining for s in left)
    assert all(r.amount_minor >= 0 and r.quantity > 0 for r in returns)
