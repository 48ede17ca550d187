"""What gives a person away in free text, and taking it out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

SHORTEST = 4
HIDDEN = "[erased]"


@dataclass(frozen=True)
class Marks:
    """E-mail addresses, names, streets and telephone numbers of one person; what is too short to tell is not among them."""

    texts: tuple[str, ...]

    @classmethod
    def of(cls, texts: Iterable[str | None]) -> "Marks":
        """Marks of these texts, the longest first."""
        known = {text.strip() for text in texts if text and len(text.strip()) >= SHORTEST}
        return cls(tuple(sorted(known, key=lambda text: (-len(text), text))))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        either = "|".join(re.escape(text) for text in self.texts)
        return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)

    def hide(self, value: Any) -> Any:
        """The value, text or JSON, with every mark in it replaced by ``[erased]``."""
        if isinstance(value, str):
            return self._pattern.sub(HIDDEN, value) if self.texts else value
        if isinstance(value, dict):
            return {self.hide(key): self.hide(held) for key, held in value.items()}
        return [self.hide(held) for held in value] if isinstance(value, list) else value
