"""What a usable e-mail address, name and password are."""

from email_validator import EmailNotValidError, validate_email

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
LONGEST_NAME = 120
LONGEST_EMAIL = 254


def normal_email(text: str) -> str | None:
    """The address in the one form it is stored in, or None when it is none."""
    try:
        checked = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    address = checked.normalized.lower()
    return address if len(address) <= LONGEST_EMAIL else None


def problem_with_password(password: str, email: str) -> str | None:
    """What is wrong with a new password, in words for the person choosing it."""
    if len(password) < SHORTEST_PASSWORD:
        return f"Use at least {SHORTEST_PASSWORD} characters."
    if len(password) > LONGEST_PASSWORD:
        return f"Use at most {LONGEST_PASSWORD} characters."
    if password.lower() in {email.lower(), email.split("@", maxsplit=1)[0].lower()}:
        return "Do not use your e-mail address as the password."
    if len(set(password)) < 4:
        return "Use more than three different characters."
    return None
