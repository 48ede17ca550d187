"""Statements compiled once: what SQLAlchemy would find out about them in every execution is found out before.

SQLAlchemy writes the SQL and says how values are stored and read. Its way through one execution, which takes several
times what SQLite takes for a row, is left out.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError, MultipleResultsFound, NoResultFound
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import cloned_traverse

LONGEST = 100
"""How long a list may be for its SQL to be kept: another length is another statement."""

Values = Mapping[str, Any]
Read = Callable[[Any], Any]


class Rows(list[Any]):
    """The rows that a statement found, as named tuples, and how many it wrote."""

    rowcount = 0

    def all(self) -> "Rows":
        return self

    def one_or_none(self) -> Any:
        """The row, or None; raises MultipleResultsFound when there are more."""
        if len(self) > 1:
            raise MultipleResultsFound("Multiple rows were found when one or none was required")
        return self[0] if self else None

    def one(self) -> Any:
        """The row; raises NoResultFound when there is none, MultipleResultsFound when there are more."""
        if not self:
            raise NoResultFound("No row was found when one was required")
        return self.one_or_none()

    def scalar(self) -> Any:
        """The first column of the first row, or None."""
        return self[0][0] if self else None


class Prepared:
    """A statement that runs often; its parameters are bindparams, and the columns that values are given for."""

    def __init__(self, statement: Any) -> None:
        self.statement = statement
        self._forms: dict[tuple[object, ...], _Form] = {}

    def run(self, connection: sa.Connection, values: Values | Sequence[Values] | None = None) -> Rows:
        """Run it in the transaction of a connection, with one set of values or a list of them.

        Raises what SQLAlchemy raises: InvalidRequestError for a value that is missing, and what the database refuses.
        """
        is_many = type(values) is list
        first: Values = (values[0] if is_many else values) or {}  # type: ignore[index, assignment]
        lists = [(name, len(value)) for name, value in first.items() if type(value) is list]
        shape = (connection.dialect.name, is_many, *first, *lists)
        form = self._forms.get(shape)
        if form is None:
            form = _Form(self.statement, connection.dialect, first, is_many=is_many)
            if all(length <= LONGEST for _name, length in lists):
                self._forms[shape] = form
        return form.run(connection, values if is_many else first)


class _Form:
    """A prepared statement in the SQL of one database, for values of these names and lists of these lengths."""

    def __init__(self, statement: Any, dialect: Dialect, given: Values, *, is_many: bool) -> None:
        written = _with_constants(statement, given)
        compiled = written.compile(dialect=dialect, column_keys=list(given), for_executemany=is_many)
        state = compiled.construct_expanded_state(dict(given), escape_names=False)
        self._sql, self._is_many, self._is_positional = state.statement, is_many, compiled.positional
        self._keys = list(state.positiontup if compiled.positional else state.parameters)
        places = {
            key: (name, place)
            for name, keys in state.parameter_expansion.items()
            for place, key in enumerate(keys)
        }
        made = _made(compiled)
        self._fill = []
        for key in self._keys:
            place = places.get(key)
            bind = compiled.binds[place[0] if place else key]
            process = bind.type.dialect_impl(dialect).bind_processor(dialect)
            self._fill.append(_filling(key, given, place, made.get(key), state.parameters[key], process))
        self._columns = list(statement.exported_columns)
        self._error = dialect.loaded_dbapi.Error
        self._read: Read | None = None

    def run(self, connection: sa.Connection, values: Any) -> Rows:
        parameters = [self._filled(each) for each in values] if self._is_many else self._filled(values)
        cursor = connection.connection.cursor()
        for listener in connection.dispatch.before_cursor_execute:
            listener(connection, cursor, self._sql, parameters, None, self._is_many)
        try:
            (cursor.executemany if self._is_many else cursor.execute)(self._sql, parameters)
            rows = Rows(self._found(cursor, connection.dialect)) if self._columns else Rows()
            rows.rowcount = cursor.rowcount
        except self._error as error:
            raise DBAPIError.instance(
                self._sql, parameters, error, self._error, dialect=connection.dialect
            ) from error
        finally:
            cursor.close()
        return rows

    def _filled(self, given: Values) -> Any:
        filled = [fill(given) for fill in self._fill]
        return tuple(filled) if self._is_positional else dict(zip(self._keys, filled, strict=True))

    def _found(self, cursor: Any, dialect: Dialect) -> Any:
        if self._read is None:
            self._read = _reading(self._columns, dialect, cursor.description)
        return map(self._read, cursor.fetchall())


def _with_constants(statement: Any, given: Values) -> Any:
    """The statement with its own words and numbers written into its SQL.

    Where one decides whether a partial index may be used, SQLite plans a statement again each time it is bound, and
    PostgreSQL's plan for any value leaves the index out.
    """

    def write(bind: sa.BindParameter[Any]) -> None:
        is_own = bind.key not in given and bind.callable is None and not bind.required
        bind.literal_execute = bind.literal_execute or (is_own and isinstance(bind.value, str | int))

    return cloned_traverse(statement, {}, {"bindparam": write})


def _made(compiled: SQLCompiler) -> dict[str, Callable[[], Any]]:
    """What makes the values that are not given, by name: parameters that ask, and defaults of columns."""
    defaults = {column.key: column.default for column in compiled.insert_prefetch}
    defaults |= {column.key: column.onupdate for column in compiled.update_prefetch}
    asked = {key: bind.callable for key, bind in compiled.binds.items() if bind.callable is not None}
    return asked | {key: _making(default) for key, default in defaults.items()}


def _making(default: Any) -> Callable[[], Any]:
    return (lambda: default.arg(None)) if default.is_callable else (lambda: default.arg)


def _filling(
    key: str,
    given: Values,
    place: tuple[str, int] | None,
    made: Callable[[], Any] | None,
    constant: object,
    process: Callable[[Any], Any] | None,
) -> Callable[[Values], Any]:
    """How one parameter of the SQL comes from what is given."""
    if place is not None:
        name, number = place
        return (lambda v: process(v[name][number])) if process else (lambda v: v[name][number])
    if key in given:
        return (lambda v: process(v[key])) if process else (lambda v: v[key])
    if made is not None:
        return (lambda _v: process(made())) if process else (lambda _v: made())
    kept = process(constant) if process else constant
    return lambda _v: kept


def _reading(columns: Sequence[Any], dialect: Dialect, description: Sequence[Any]) -> Read:
    """How a row of the database becomes a named tuple."""
    names = [column.key or "" for column in columns]
    row = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # noqa: PYI024 - the names are the statement's
    processes = [
        (number, process)
        for number, column in enumerate(columns)
        if (process := column.type.dialect_impl(dialect).result_processor(dialect, description[number][1]))
    ]
    if not processes:
        return row._make

    def read(found: Sequence[Any]) -> Any:
        values = list(found)
        for number, process in processes:
            values[number] = process(values[number])
        return row._make(values)

    return read
