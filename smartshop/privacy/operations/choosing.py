"""What a choice of a person changes at once."""

from smartshop.identity.operations import choosing
from smartshop.identity.rules.choices import Choice
from smartshop.insights.operations import objecting
from smartshop.kernel.uow import unit_of_work


def choose(*, person_id: int, choice: Choice) -> None:
    """Keep the choice; without personalisation the scores of the person go with it."""
    with unit_of_work():
        choosing.choose(person_id=person_id, choice=choice)
        if not choice.has_personalisation:
            objecting.drop_scores(person_id=person_id)
