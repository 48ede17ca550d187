"""Telling somebody that a form is out of date: which state it was made from, and what differs from it by now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import request

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
Shown = str | list[str]


@dataclass(frozen=True)
class Difference:
    """A field by its label: what is saved now, and what was typed."""

    label: str
    saved: str
    typed: str


def seen_at(name: str) -> datetime:
    """The moment of the state that the form was made from; one that cannot be read is out of date."""
    try:
        found = datetime.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return NEVER
    return found if found.tzinfo else NEVER


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
