"""Who objects to being scored, and who refuses to have their visits noted."""

import sqlalchemy as sa

from smartshop.identity.models import Person

objects_to_scores: sa.ColumnElement[bool] = sa.and_(Person.choices != "", Person.choices.not_like("%p%"))
"""Whether a person has chosen, and not chosen that."""
refuses_visits: sa.ColumnElement[bool] = sa.and_(Person.choices != "", Person.choices.not_like("%a%"))
"""Whether a person has chosen, and not chosen that their visits are noted."""
