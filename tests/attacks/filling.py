"""A machine that fills in every form: what would do in each field, and markup in those that take text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

from werkzeug.test import TestResponse

from tests.attacks import markup
from tests.attacks.sheets import Field, Sheet, sheets_of, sheets_on
from tests.browser_client import ShopClient
from tests.factories import PASSWORD

PLAUSIBLE = (
    (r"password", PASSWORD),
    (r"^email$", "typed{n}@example.com"),
    (r"^(price|percent|rate|amount)", "10"),
    (r"^(quantity|count|counted|low_at|weight|position|buy_|get_quantity)", "1"),
    (r"^get_percent$", "100"),
    (r"^(up_to|free_over|price-[1-4]|products|code|limit_|minimum_|priority|option-.*-[12])", ""),
    (r"^slug$", "typed-{n}"),
    (r"^phone$", "+44 20 7777 4242"),
    (r"^sku$", "NEW-{n}"),
    (r"^postcode$", "N1 9GU"),
    (r"^card_number$", "4242 4242 4242 4242"),
    (r"^(subject|text|html)$", "{shown}"),
    (r"^number$", "AAAA-BBBB-CCCC"),
)
"""What stands in fields that do not take any text, by their names; the first that fits counts."""
NOT_SENT = re.compile(r"/(sign-out|erase|delete|remove|deactivate|revoke|end|end-others|off)$")
"""What would take away what others are to be typed into."""
LONG = frozenset({"body", "description"})


NOT_CHOSEN = frozenset({"create_account", "is_everywhere_else", "is_for_new_customers", "segments"})


@dataclass
class Typed:
    """What was typed where, by number, and every answer that repeats it."""

    fields: dict[int, tuple[str, str]] = field(default_factory=dict)
    answers: dict[tuple[str, int], TestResponse] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))


def type_everywhere(browser: ShopClient, pages: Sequence[str], typed: Typed) -> None:
    """Send each form of these pages with markup in all its texts at once, then with each field's alone."""
    for sheet in sheets_on(browser, pages):
        _send_files(browser, sheet, typed)
        if sheet.method != "post" or not sheet.texts or NOT_SENT.search(sheet.path):
            continue
        free = [one.name for one in sheet.texts if _plausible(one, 0) is None]
        rounds = [free] * bool(free) + [[one.name] for one in sheet.texts if one.name not in free]
        for names in rounds:
            _type(browser, sheet, names, typed)


def _send_files(browser: ShopClient, sheet: Sheet, typed: Typed) -> None:
    """A file whose name is markup, and a table with markup in its cells, wherever files are taken."""
    for one in sheet.inputs:
        if one.kind == "file":
            number = next(typed.numbers)
            text = markup.MARKUP[1].format(n=number)
            table = f"sku,name,category,price,quantity\nA-1,{text},{text},12,{text}\n{text},x,x,{text},1\n"
            named = f"{markup.SHORT.format(n=number)}.csv"
            plausible = {name: str(value) for name, value in _answers(sheet, number)}
            answer = browser.send_files(sheet.action, one.name, [(named, table.encode())], plausible)
            assert answer.status_code < 500, sheet.action
            if "data-hit" in answer.text:
                typed.answers[sheet.path, number] = answer


def _type(browser: ShopClient, sheet: Sheet, names: Sequence[str], typed: Typed) -> None:
    answer = browser.get(sheet.page)
    alike = [
        s for s in sheets_of(answer.text, sheet.page) if (s.action, s.names) == (sheet.action, sheet.names)
    ]
    if not alike:
        return
    answers, number = dict(_answers(alike[0], next(typed.numbers))), 0
    for one in alike[0].texts:
        if one.name in names:
            number = next(typed.numbers)
            text = markup.for_field(number, longest=one.longest, is_long=one.name in LONG)
            answers[one.name] = text
            typed.fields[number] = (sheet.path, one.name)
    answer = browser.post(sheet.action, answers)
    assert answer.status_code < 500, (sheet.action, names)
    if "data-hit" in answer.text:
        typed.answers[sheet.path, number] = answer


def _answers(sheet: Sheet, number: int) -> Iterator[tuple[str, str | list[str]]]:
    """What would do: what is there, else something plausible, and one of what must be chosen."""
    yield from sheet.fields.items()
    chosen = set(sheet.fields) | ({"countries"} if "is_everywhere_else" in sheet.fields else set())
    for one in sheet.inputs:
        is_choice = one.kind == "off" or (one.kind == "submit" and one.name == "decision")
        if is_choice and one.name not in chosen | NOT_CHOSEN:
            chosen.add(one.name)
            yield one.name, one.value
        elif one.is_text and not one.value:
            plausible = _plausible(one, number)
            yield one.name, "Something" if plausible is None else plausible


def _plausible(one: Field, number: int) -> str | None:
    for pattern, value in PLAUSIBLE:
        if re.search(pattern, one.name):
            return value.format(n=number, shown=one.value)
    return None
