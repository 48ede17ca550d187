"""Names of goods as a shop shows them, made from those of a till or a spreadsheet."""

import re
import unicodedata

from smartshop.kernel.errors import Invalid

LONGEST_NAME = 200
LONGEST_SLUG = 120
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
PROPER_WORDS = (
    "Christmas Easter Valentine Valentines Halloween England English French France Paris London Britain British "
    "Scandinavian Scotland Scottish Swiss Indian Moroccan Turkish Dutch Danish Edwardian Victorian Regency UK USA "
    "LED USB CD DVD TV DIY Mum Dad Santa Advent Noel Russian Chinese Japanese Mexican Italian Spanish January "
    "February April June July August September October November December"
)
PROPER = {word.lower(): word for word in PROPER_WORDS.split()}
WORD = re.compile(r"[A-Za-zÀ-ÿ]+(?:'[A-Za-zÀ-ÿ]+)?")


def tidy_name(text: str) -> str:
    """A name in sentence case when it was written in capitals, else as it was; single spaces.

    ``WHITE HANGING HEART T-LIGHT HOLDER`` becomes ``White hanging heart T-light holder``.
    """
    name = " ".join(text.split()).strip(" ,.;")[:LONGEST_NAME].strip()
    letters = [character for character in name if character.isalpha()]
    if sum(character.isupper() for character in letters) * 2 <= len(letters):
        return name[:1].upper() + name[1:]
    lowered = WORD.sub(_word, name)
    return lowered[:1].upper() + lowered[1:]


def _word(match: re.Match[str]) -> str:
    word, after = match[0], match.string[match.end() : match.end() + 1]
    if len(word) == 1 and after in {"-", '"'}:
        return word.upper()
    return PROPER.get(word.lower(), word.lower())


def slug(text: str) -> str:
    """Lower-case ASCII words joined by hyphens; ``item`` when nothing is left."""
    plain = unicodedata.normalize("NFKD", text.replace("'", "")).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:LONGEST_SLUG].strip("-") or "item"


def checked_slug(text: str) -> str:
    """A slug that somebody typed.

    Raises Invalid.
    """
    typed = text.strip()
    if not SLUG.fullmatch(typed) or len(typed) > LONGEST_SLUG:
        said = f"Use small letters a to z, digits and single hyphens, at most {LONGEST_SLUG}: blue-mug."
        raise Invalid(said, {"slug": said})
    return typed


def unique_slug(text: str, suffix: str, taken: set[str]) -> str:
    """A slug that is not taken: plain, else with the suffix, else with a number; it is taken from now on."""
    base = slug(text)
    found, number = base, 1
    if found in taken and suffix:
        found = base = f"{base}-{slug(suffix)[:30]}"
    while found in taken:
        number += 1
        found = f"{base}-{number}"
    taken.add(found)
    return found
