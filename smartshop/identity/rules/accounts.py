"""What a usable e-mail address, name and account are."""

from email_validator import EmailNotValidError, validate_email

from smartshop.identity.rules import passwords
from smartshop.kernel.legible import is_legible

LONGEST_NAME = 120
LONGEST_EMAIL = 254
MINUTE = 60


def normal_email(text: str) -> str | None:
    """The address in the one form it is stored in, or None when it is none."""
    try:
        checked = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    address = checked.normalized.lower()
    return address if len(address) <= LONGEST_EMAIL else None


def problems_with_account(email: str, name: str, password: str) -> tuple[str, dict[str, str]]:
    """The normal address (empty when it is none), and what is wrong with an account, by field."""
    problems: dict[str, str] = {}
    normal = normal_email(email)
    if normal is None:
        problems["email"] = "Enter an e-mail address such as name@example.com."
    trouble = problem_with_name(name)
    if trouble:
        problems["name"] = trouble
    trouble = passwords.problem(password, email)
    if trouble:
        problems["password"] = trouble
    return normal or "", problems


def spoken_wait(seconds: int) -> str:
    """A wait as a message says it, rounded up: ``15 seconds``, ``4 minutes``."""
    if seconds <= MINUTE:
        return "1 second" if seconds == 1 else f"{seconds} seconds"
    return f"{-(-seconds // MINUTE)} minutes"


def problem_with_name(name: str) -> str | None:
    """What is wrong with a person's name."""
    if not name.strip():
        return "Enter your name."
    if len(name.strip()) > LONGEST_NAME:
        return f"Use at most {LONGEST_NAME} characters."
    if not is_legible(name.strip()):
        return "Use letters, digits and signs that can be seen."
    return None
