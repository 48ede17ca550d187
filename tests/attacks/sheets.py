"""Forms as pages show them, to be filled in by a machine: every field, and something that would do for it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

from tests.browser_client import TOKEN, ShopClient

TEXTUAL = frozenset({"", "text", "search", "email", "tel", "url", "password", "textarea"})
NUMERIC = frozenset({"number", "range", "date", "datetime-local", "month", "time"})


@dataclass
class Field:
    """One thing to fill in or to press. ``values`` are those that can be chosen, ``action`` where a button leads."""

    name: str
    kind: str
    value: str = ""
    values: list[str] = field(default_factory=list)
    longest: int | None = None
    action: str = ""

    @property
    def is_text(self) -> bool:
        return self.kind in TEXTUAL


@dataclass
class Sheet:
    """A form of a page."""

    page: str
    action: str
    method: str
    inputs: list[Field] = field(default_factory=list)
    kind: str = ""

    @property
    def path(self) -> str:
        return self.action.partition("?")[0]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(one.name for one in self.inputs if one.name)

    @property
    def texts(self) -> list[Field]:
        """The fields that somebody types into."""
        return [one for one in self.inputs if one.is_text]

    @property
    def fields(self) -> dict[str, str | list[str]]:
        """What it would send if nobody touched it, without its token."""
        sent: dict[str, str | list[str]] = {}
        for one in self.inputs:
            if one.name != TOKEN and one.kind not in {"file", "submit", "off"}:
                known = sent.get(one.name)
                both = [*([known] if isinstance(known, str) else known or ()), one.value]
                sent[one.name] = one.value if known is None else both
        return sent

    @property
    def ways(self) -> Iterator[tuple[str, dict[str, str | list[str]]]]:
        """What each of its buttons and each number that it offers would send, and where to."""
        for button in [Field("", "submit"), *(one for one in self.inputs if one.kind == "submit")]:
            pressed = {button.name: button.value} if button.name else {}
            yield button.action or self.action, {**self.fields, **pressed}
            for one in self.inputs:
                if one.kind == "select" and all(value.isdigit() for value in one.values if value):
                    for value in one.values:
                        yield button.action or self.action, {**self.fields, **pressed, one.name: value}


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.sheets: list[Sheet] = []
        self._by_id: dict[str, Sheet] = {}
        self._open: Sheet | None = None
        self._list: Field | None = None
        self._area: Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._begin(given)
            return
        sheet = self._by_id.get(given.get("form", "")) or self._open
        if tag == "option" and self._list is not None:
            self._list.values.append(given.get("value", ""))
            if "selected" in given or len(self._list.values) == 1:
                self._list.value = given.get("value", "")
        elif sheet is not None and "disabled" not in given and ("name" in given or "formaction" in given):
            self._read(sheet, tag, given)

    def _begin(self, given: dict[str, str]) -> None:
        action = given.get("action") or self.page
        self._open = Sheet(
            self.page, action, given.get("method", "get").lower(), kind=given.get("enctype", "")
        )
        self.sheets.append(self._open)
        if "id" in given:
            self._by_id[given["id"]] = self._open

    def _read(self, sheet: Sheet, tag: str, given: dict[str, str]) -> None:
        longest = int(given["maxlength"]) if given.get("maxlength", "").isdigit() else None
        value, name = given.get("value", ""), given.get("name", "")
        if tag == "input":
            kind = given.get("type", "text")
            is_off = kind in {"checkbox", "radio"} and "checked" not in given
            value = value or ("on" if kind == "checkbox" else "")
            sheet.inputs.append(Field(name, "off" if is_off else kind, value, [value], longest))
        elif tag == "textarea":
            self._area = Field(name, "textarea", longest=longest)
            sheet.inputs.append(self._area)
        elif tag == "select":
            self._list = Field(name, "select")
            sheet.inputs.append(self._list)
        elif tag == "button":
            sheet.inputs.append(Field(name, "submit", value, action=given.get("formaction", "")))

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.value += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._list = None
        elif tag == "textarea":
            self._area = None


def sheets_of(html: str, page: str) -> list[Sheet]:
    """Every form of a page, with fields that stand outside of it too."""
    reader = _Reader(page)
    reader.feed(html)
    return reader.sheets


def sheets_on(browser: ShopClient, pages: Iterable[str]) -> list[Sheet]:
    """The forms of many pages; those that are on each of them, once."""
    found: dict[tuple[str, str, str], Sheet] = {}
    for page in pages:
        answer = browser.get(page)
        if answer.mimetype == "text/html" and answer.status_code == 200:
            for sheet in sheets_of(answer.text, page):
                found.setdefault((sheet.method, sheet.action, str(sorted(sheet.names))), sheet)
    return list(found.values())


def texts_of(sheets: Sequence[Sheet]) -> set[tuple[str, str]]:
    """Every field that takes text, as (path, name)."""
    return {(sheet.path, one.name) for sheet in sheets for one in sheet.texts}
