import pytest

from smartshop.kernel.legible import is_legible


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ünal Ö. Şahin",
        "欧阳修远",
        "محمد",
        "می\u200cخواهم",
        "क्\u200dष",
        "Great 👩\u200d🍳",
        "❤\ufe0f\u200d🔥",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    ],
)
def test_every_script_and_emoji_is_legible(text: str) -> None:
    assert is_legible(text)


@pytest.mark.parametrize(
    "text", ["a\x07", "a\nb", "\u202egnp.exe", "a\u2066b", "\ufeff", "\x1b[31m", "\u200d", " \u200f "]
)
def test_what_cannot_be_seen_or_turns_words_around_is_not(text: str) -> None:
    assert not is_legible(text)
