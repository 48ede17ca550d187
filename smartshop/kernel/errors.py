"""Errors a person can act on. Each feature names its own facts as subclasses."""

from typing import ClassVar


class DomainError(Exception):
    """Something the rules of the shop do not allow; ``message`` says what to do about it."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts


class Invalid(DomainError):
    """The input has the wrong form; ``fields`` maps a field's name to what is wrong with it."""

    code = "invalid"
    status = 422

    def __init__(self, message: str, fields: dict[str, str] | None = None, **facts: object) -> None:
        super().__init__(message, **facts)
        self.fields = fields or {}


class NotFound(DomainError):
    """There is no such thing, or it is not yours to see."""

    code = "not_found"
    status = 404


class Conflict(DomainError):
    """The thing has changed since you looked."""

    code = "conflict"
    status = 409


class Busy(DomainError):
    """There is more to do at the moment than can be done; ``retry_after`` says in how many seconds to ask again."""

    code = "busy"
    status = 503


class Refused(DomainError):
    """The rules of the shop forbid it."""

    code = "refused"
    status = 403
