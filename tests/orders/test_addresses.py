from hypothesis import given
from hypothesis import strategies as st

from smartshop.identity.rules.addresses import FIELDS, Address, address_from
from smartshop.orders.rules.checkout import PlaceOrder

COUNTRIES = frozenset({"GB", "DE"})
GOOD = {
    "name": " Ada   Buyer ",
    "line1": "1 Analytical Row",
    "line2": "",
    "city": "London",
    "postcode": "N1 9GU",
    "country": "GB",
    "phone": "+44 (0)20 7946-0000",
}


def problems(**changed: str) -> dict[str, str]:
    return address_from(GOOD | changed, COUNTRIES)[1]


def test_a_good_address_is_tidied_and_kept_whole() -> None:
    address, wrong = address_from(GOOD, COUNTRIES)
    assert wrong == {}
    assert address == Address(
        "Ada Buyer", "1 Analytical Row", "London", "N1 9GU", "GB", "", "+44 (0)20 7946-0000"
    )
    assert Address(**address.frozen()) == address


def test_everything_that_is_missing_is_asked_for_at_once() -> None:
    assert address_from({}, COUNTRIES)[1] == {
        "name": "Enter the name of who receives the parcel.",
        "line1": "Enter the street and house number.",
        "city": "Enter the town or city.",
        "postcode": "Enter the postcode.",
        "country": "Choose a country.",
    }


def test_an_answer_of_the_wrong_form_is_told_apart() -> None:
    assert problems(name="x" * 121) == {"name": "Use at most 120 characters."}
    assert problems(line2="x" * 121) == {"line2": "Use at most 120 characters."}
    assert problems(name="x" * 120) == {}
    assert problems(name="\t \n") == {"name": "Enter the name of who receives the parcel."}
    assert problems(country="FR") == {"country": "Choose a country."}
    assert problems(country="Germany") == {"country": "Choose a country."}
    assert list(problems(phone="call me")) == ["phone"]
    assert problems(phone="") == {}


@given(st.dictionaries(st.sampled_from(list(FIELDS)), st.text(max_size=150)))
def test_any_answers_give_an_address_within_the_limits_or_a_problem(answers: dict[str, str]) -> None:
    address, wrong = address_from(answers, COUNTRIES)
    for field, (longest, is_required) in FIELDS.items():
        value = address.frozen()[field]
        assert field in wrong or (len(value) <= longest and (value or not is_required))


def test_payment_details_are_never_shown_with_an_order() -> None:
    order = PlaceOrder(
        "k" * 16, "a@example.com", address_from(GOOD, COUNTRIES)[0], "s", "p", 1, {"card_number": "4242"}
    )
    assert "4242" not in repr(order)
