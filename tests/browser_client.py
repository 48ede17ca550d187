"""A browser without scripts: it keeps cookies, follows redirects and sends the forms that it was shown."""

from collections.abc import Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import Client, TestResponse, encode_multipart

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

TOKEN = "csrf_token"
AGREES = ("smartshop_choices", "2:apm")


@dataclass
class Form:
    """A form as the page shows it: what it would send if nobody touched it."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    """Every name that it can send, also of boxes that are not ticked."""


class FormReader(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select = ""
        self._textarea = ""

    @property
    def _form(self) -> Form | None:
        return self.forms[-1] if self.forms and not self._is_closed else None

    _is_closed = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_closed = False
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
        form = self._form
        if form is None:
            return
        if tag == "input" and "name" in given:
            self._read_input(form, given)
        elif tag == "button" and "name" in given:
            form.buttons[given["name"]] = given.get("value", "")
        elif tag == "select":
            self._select = given["name"]
            form.names.add(self._select)
        elif tag == "option" and self._select and ("selected" in given or self._select not in form.fields):
            form.fields[self._select] = given.get("value", "")
        elif tag == "textarea":
            self._textarea = given["name"]
            form.names.add(self._textarea)
            form.fields[self._textarea] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_closed = True
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea and self._form:
            self._form.fields[self._textarea] += data

    @staticmethod
    def _read_input(form: Form, given: Mapping[str, str]) -> None:
        form.names.add(given["name"])
        if given.get("type") in {"checkbox", "radio"} and "checked" not in given:
            return
        if given.get("type") not in {"submit", "button", "file"}:
            form.fields[given["name"]] = given.get("value", "")


def forms_of(html: str) -> list[Form]:
    """Every form of a page, in order."""
    reader = FormReader()
    reader.feed(html)
    return reader.forms


class ShopClient:
    """One browser, whose visitor allows everything (``AGREES``) until its cookies say otherwise. Each request has a context of its own, so nothing leaks from one into the next or into the test."""

    def __init__(self, app: "WSGIApplication", **headers: str) -> None:
        """Of an app in this process, or, through ``OverHttp``, of one that is served elsewhere."""
        self._browser: Client = app.test_client() if isinstance(app, Flask) else Client(app)
        self._headers = headers
        self._browser.set_cookie(*AGREES)
        self.page: TestResponse | None = None
        """The page that is open now."""
        self.token = ""
        """The newest form token that a page showed."""

    @property
    def cookies(self) -> dict[str, str]:
        """What the shop has left in this browser, by name; set it to go back in time."""
        return {cookie.key: cookie.value for cookie in (self._browser._cookies or {}).values()}

    @cookies.setter
    def cookies(self, cookies: Mapping[str, str]) -> None:
        for name in self.cookies:
            self._browser.delete_cookie(name)
        for name, value in cookies.items():
            self._browser.set_cookie(name, value)

    def get(self, path: str, *, follow: bool = True) -> TestResponse:
        """Open an address."""
        return self._open("GET", path, follow=follow)

    def post(
        self, path: str, answers: Mapping[str, str | list[str]] | None = None, *, follow: bool = True
    ) -> TestResponse:
        """Send any answers to any address, with the token of the newest page: what a curious person can do."""
        if not self.token:
            self.get("/sign-in")
        return self._open("POST", path, follow=follow, data={TOKEN: self.token, **(answers or {})})

    def send_files(
        self,
        path: str,
        name: str,
        files: Sequence[tuple[str, bytes]],
        answers: Mapping[str, str] | None = None,
    ) -> TestResponse:
        """Send files, each (name, content), as one field of a form."""
        if not self.token:
            self.get("/sign-in")
        sent = [FileStorage(BytesIO(content), filename=file) for file, content in files]
        boundary, body = encode_multipart({TOKEN: self.token, **(answers or {}), name: sent})
        kind = f"multipart/form-data; boundary={boundary}"
        return self._open("POST", path, follow=True, data=body, content_type=kind)

    def form(self, action: str) -> Form:
        """The first form of the open page that goes to ``action``."""
        assert self.page is not None, "no page is open"
        forms = forms_of(self.page.text)
        for form in forms:
            if form.action.split("?")[0] == action:
                return form
        raise AssertionError(f"no form goes to {action}, only to {[form.action for form in forms]}")

    def submit(
        self, action: str, answers: Mapping[str, str] | None = None, *, button: str = "", follow: bool = True
    ) -> TestResponse:
        """Fill in the open page's form to ``action`` and send it; fields it does not have cannot be filled in."""
        form = self.form(action)
        unknown = set(answers or {}) - form.names
        assert not unknown, f"the form has no {sorted(unknown)}, only {sorted(form.names)}"
        pressed = {button: form.buttons[button]} if button else {}
        sent = {**form.fields, **(answers or {}), **pressed}
        if form.method == "get":
            return self._open("GET", form.action, follow=follow, query_string=sent)
        return self._open("POST", form.action, follow=follow, data=sent)

    def sign_in(self, email: str, password: str) -> TestResponse:
        self.get("/sign-in")
        return self.submit("/sign-in", {"email": email, "password": password})

    def _open(self, method: str, path: str, *, follow: bool, **how: Any) -> TestResponse:
        # An app context that the test has pushed would be shared by its requests, and with it who is signed in.
        response = Context().run(
            self._browser.open,
            path,
            method=method,
            follow_redirects=follow,
            buffered=True,
            headers=self._headers,
            **how,
        )
        if response.mimetype == "text/html" and not 300 <= response.status_code < 400:
            self.page = response
            tokens = [form.fields[TOKEN] for form in forms_of(response.text) if TOKEN in form.fields]
            self.token = tokens[0] if tokens else self.token
        return response
