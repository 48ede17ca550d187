"""What people type into a search box, as words an index understands; and how far apart two words are."""

import re
import unicodedata
from collections.abc import Sequence

WORD = re.compile(r"[^\W_]+")
ACCENTS = re.compile(r"(?<=[A-Za-z])[\u0300-\u036f]+")
"""What a decomposed Latin letter carries. In other scripts such marks tell words apart, and stay."""
MOST_WORDS = 8
LONGEST_WORD = 40
LONGEST_READ = 1000
STOP_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "for",
        "from",
        "in",
        "is",
        "it",
        "of",
        "on",
        "or",
        "the",
        "to",
        "with",
    ]
)


def words(text: str) -> list[str]:
    """The first eight words of any text, lower-case and cut at 40 characters; small words only when alone.

    Everything that is neither letter nor digit parts words: no operator of a query language gets through.
    """
    plain = _plain(text[:LONGEST_READ]).lower()
    found = [word[:LONGEST_WORD] for word in WORD.findall(plain)]
    telling = [word for word in found if word not in STOP_WORDS]
    return list(dict.fromkeys(telling or found))[:MOST_WORDS]


def normalised(text: str) -> str:
    """A query as the log counts it: its words, parted by one space."""
    return " ".join(words(text))


def indexable(text: str) -> str:
    """A text as it goes into an index: its words without accents, so that both databases part and find them alike."""
    return " ".join(WORD.findall(_plain(text)))


def spellable(text: str) -> set[str]:
    """The words of a text that a misspelled one may have been meant as: letters only, four or more."""
    plain = _plain(text).lower()
    return {word for word in WORD.findall(plain) if 4 <= len(word) <= LONGEST_WORD and word.isalpha()}


def _plain(text: str) -> str:
    """Compatible forms as one, and Latin letters without accents: who looks for “creme” means “crème” too."""
    return unicodedata.normalize("NFKC", ACCENTS.sub("", unicodedata.normalize("NFKD", text)))


def sqlite_match(wanted: Sequence[str]) -> str:
    """An FTS5 expression: every word, or words that begin with it."""
    return " AND ".join(f'"{word}"*' for word in wanted)


def postgres_match(wanted: Sequence[str]) -> str:
    """A tsquery: every word, or words that begin with it."""
    return " & ".join(f"'{word}':*" for word in wanted)


def pairs(word: str) -> list[str]:
    """The pairs of neighbouring letters: words that share many are spelled alike."""
    return list(dict.fromkeys(word[at : at + 2] for at in range(len(word) - 1)))


def slips_allowed(word: str) -> int:
    """How many slips may separate a misspelled word from the one that was meant: 0 to 3 letters none, to 5 one, then two."""
    return 0 if len(word) < 4 else 1 if len(word) < 6 else 2


def slips(one: str, other: str) -> int:
    """The least number of letters added, dropped, changed or swapped with their neighbour between two words.

    Optimal string alignment distance: Damerau, F. J. (1964), A technique for computer detection and
    correction of spelling errors, Communications of the ACM 7(3).
    """
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        here = [row]
        for column, against in enumerate(other, 1):
            best = min(above[column] + 1, here[-1] + 1, above[column - 1] + (letter != against))
            is_swap = row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == against
            here.append(min(best, before[column - 2] + 1) if is_swap else best)
        before, above = above, here
    return above[-1]


def nearest(word: str, candidates: Sequence[str]) -> str | None:
    """The candidate with the fewest slips, the earlier of equals; None when all are too far."""
    judged = [(slips(word, candidate), place) for place, candidate in enumerate(candidates)]
    best = min(judged, default=None)
    return candidates[best[1]] if best and best[0] <= slips_allowed(word) else None
