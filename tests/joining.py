"""Finishing an account, as a visitor who reads their e-mail does."""

from tests.browser_client import ShopClient
from tests.inbox import code_sent_to


def finish_account(visitor: ShopClient, email: str) -> None:
    """Enter the code that was mailed; the visitor is signed in then."""
    visitor.get("/sign-up/code")
    visitor.submit("/sign-up/code", {"code": code_sent_to(email)})
    assert visitor.page is not None
    assert visitor.page.status_code == 200
