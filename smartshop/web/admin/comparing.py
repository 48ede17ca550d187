"""What differs between a form and what was saved since it was opened."""

from collections.abc import Mapping
from dataclasses import dataclass

Shown = str | list[str]


@dataclass(frozen=True)
class Difference:
    """A field by its label: what is saved now, and what was typed."""

    label: str
    saved: str
    typed: str


def differences(
    labels: Mapping[str, str], saved: Mapping[str, Shown], typed: Mapping[str, Shown]
) -> list[Difference]:
    """The labelled fields that are not as saved, in the order of the labels."""
    pairs = (
        (label, _text(saved.get(name, "")), _text(typed.get(name, ""))) for name, label in labels.items()
    )
    return [Difference(label, now, mine) for label, now, mine in pairs if now != mine]


def _text(shown: Shown) -> str:
    text = ", ".join(shown) if isinstance(shown, list) else shown
    return "\n".join(line.strip() for line in text.strip().splitlines())
