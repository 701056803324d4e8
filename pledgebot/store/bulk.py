"""Many rows at once, at the driver's own speed: a national file has 135,000 rows to write, and each costs once."""

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter

import sqlalchemy as sa
from sqlalchemy.orm import Session

Convert = Callable[[object], object]


def insert_rows(session: Session, table: sa.Table, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Insert rows, each the values of these columns (two or more) in their order.

    The statement and the conversion of values are SQLAlchemy's; only its work for each single row is left out, which costs
    as much as the database's own.
    """
    connection = session.connection()
    dialect = connection.dialect
    converters = [
        (place, _remembering(convert))
        for place, name in enumerate(columns)
        if (convert := table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) is not None
    ]
    values = [_converted(row, converters) for row in rows]
    if not values:
        return
    statement = sa.insert(table).values({name: sa.bindparam(name) for name in columns}).compile(dialect=dialect)
    if statement.positiontup is not None:
        in_order = itemgetter(*(columns.index(name) for name in statement.positiontup))
        connection.exec_driver_sql(str(statement), [in_order(row) for row in values])
    else:
        connection.exec_driver_sql(str(statement), [dict(zip(columns, row, strict=True)) for row in values])


def _converted(row: Sequence[object], converters: Iterable[tuple[int, Convert]]) -> Sequence[object]:
    changed = list(row)
    for place, convert in converters:
        changed[place] = convert(changed[place])
    return changed


def _remembering(convert: Convert) -> Convert:
    """Convert a value that comes again and again, such as the moment of an import, once."""
    given: object = None
    made: object = None

    def converted(value: object) -> object:
        nonlocal given, made
        if value is None:
            return convert(None)
        if value is not given:
            given, made = value, convert(value)
        return made

    return converted
