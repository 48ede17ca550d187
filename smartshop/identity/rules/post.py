"""How identity asks for an e-mail: whoever calls an operation hands it the outbox."""

from typing import Any, Protocol


class Post(Protocol):
    """Queues an e-mail in the transaction that is open."""

    def __call__(
        self, *, kind: str, recipient: str, facts: dict[str, Any], person_id: int | None = None
    ) -> None: ...
