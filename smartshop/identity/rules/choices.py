"""What somebody allows beyond what the shop needs to work. Pure; as text it fits into a cookie."""

from dataclasses import dataclass

VERSION = 2
"""Of the words that were agreed to: with new ones, everybody is asked again."""

LETTERS = {"has_analytics": "a", "has_personalisation": "p", "has_marketing": "m"}


@dataclass(frozen=True)
class Choice:
    """Events of visits; scores and offers out of one's own history; e-mails about offers."""

    has_analytics: bool = False
    has_personalisation: bool = False
    has_marketing: bool = False

    def text(self) -> str:
        """``1:ap``: the version, and a letter for each yes."""
        return f"{VERSION}:" + "".join(letter for field, letter in LETTERS.items() if getattr(self, field))


NOTHING = Choice()
NOTED = Choice(has_analytics=True, has_personalisation=True)
"""What the question on every page is about; letters are agreed to where they are spoken of."""
EVERYTHING = Choice(has_analytics=True, has_personalisation=True, has_marketing=True)


def read(text: str) -> Choice | None:
    """The choice that a text stands for; None when it is none, or one of other words."""
    version, colon, letters = text.partition(":")
    if not colon or version != str(VERSION) or not set(letters) <= set(LETTERS.values()):
        return None
    return Choice(**{field: letter in letters for field, letter in LETTERS.items()})
