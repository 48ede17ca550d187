import pytest

from smartshop.catalog.rules import categories, wording


@pytest.mark.parametrize(
    ("raw", "tidy"),
    [
        ("WHITE HANGING HEART T-LIGHT HOLDER", "White hanging heart T-light holder"),
        ("  SET/6  RED   CHRISTMAS BAUBLES ", "Set/6 red Christmas baubles"),
        ("6 GIFT TAGS", "6 gift tags"),
        ("Dotcomgiftshop Gift Voucher", "Dotcomgiftshop Gift Voucher"),
        ("CHILDREN'S APRON", "Children's apron"),
        ('LETTER "G" KEY RING', 'Letter "G" key ring'),
        ("mug", "Mug"),
        ("", ""),
    ],
)
def test_names_in_capitals_become_sentences_and_others_stay(raw: str, tidy: str) -> None:
    assert wording.tidy_name(raw) == tidy


def test_slugs_are_plain_and_never_taken_twice() -> None:
    taken: set[str] = set()
    assert [wording.unique_slug("Café mug", code, taken) for code in ("A1", "B2", "B2")] == [
        "cafe-mug",
        "cafe-mug-b2",
        "cafe-mug-b2-2",
    ]
    assert wording.slug("???") == "item"


def test_families_of_goods_and_frequent_things_become_categories() -> None:
    names = [
        f"{colour} {thing}"
        for colour in ("Red", "Blue", "Small", "Gold")
        for thing in ("mug", "bowl", "cables")
    ]
    learned = categories.learn([*names, "Something odd"])
    assert learned.names == ("Kitchen and dining", "Cables", categories.REST)
    assert learned.of[:3] == ("Kitchen and dining", "Kitchen and dining", "Cables")
    assert learned.of[-1] == categories.REST


def test_the_last_thing_in_a_name_decides() -> None:
    names = ["Cake mug", "Mug bag", "Bag", "Red bag", "Mug", "Bowl", "Tea plate", "Tote"]
    of = dict(zip(names, categories.learn(names).of, strict=True))
    assert of["Mug bag"] == of["Tote"] == "Bags and purses"
    assert of["Cake mug"] == "Kitchen and dining"


def test_colours_and_sizes_never_become_categories() -> None:
    assert categories.learn(["Pink thing a", "Pink other b", "Pink item c", "Large pink"]).names == (
        categories.REST,
    )


def test_learning_is_deterministic_and_no_names_make_no_category() -> None:
    names = ["Red mug", "Blue lamp", "Green bag"] * 5
    assert categories.learn(names) == categories.learn(names)
    assert categories.learn([]).names == ()
