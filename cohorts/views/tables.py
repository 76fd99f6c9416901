"""The SQL of the tables of a view: a list gone through, nodes below nodes. Texts of a definition are quoted before they come here."""

from collections.abc import Sequence
from dataclasses import dataclass

from cohorts.views.sql import name as quoted


@dataclass(frozen=True)
class Names:
    """The names of what going through a list adds."""

    number: int

    @property
    def item(self) -> str:
        """The column of an item."""
        return f"_f{self.number}"

    @property
    def at(self) -> str:
        """The column of its number, from 0."""
        return f"_i{self.number}"

    @property
    def table(self) -> str:
        """The table."""
        return f"t{self.number}"


def kept(conditions: Sequence[str], is_materialized: bool) -> str:
    """The records that the conditions keep."""
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"kept AS {'MATERIALIZED ' if is_materialized else ''}(SELECT * FROM resources b{where})"  # noqa: S608


def among_patients(key: str) -> str:
    """Whether a key is that of one of the patients; false where there is none."""
    return f"coalesce({key} IN (SELECT id FROM patients), FALSE)"  # noqa: S608


def gone_through(before: str, items: str, names: Names) -> str:
    """A row for each item of a list. The list is named before it is gone through: its SQL stands there once."""
    items_of = f"{names.item}_l"
    named = f"SELECT b.*, {items} AS {items_of} FROM {before} b"  # noqa: S608
    added = f"unnest(b.{items_of}) AS {names.item}, generate_subscripts(b.{items_of}, 1) - 1 AS {names.at}"
    return f"{names.table} AS (SELECT b.* EXCLUDE ({items_of}), {added} FROM ({named}) b)"  # noqa: S608


def repeated(before: str, first: str, further: str, names: Names) -> tuple[str, str, str]:
    """A row for each node, a node before those below it: from the lists of a row, and on from those of each node."""
    item, table = names.item, names.table
    key, way = f"{item}_k", f"{item}_w"

    def nodes(lists: str) -> str:
        return f"LATERAL (SELECT unnest(l.a) AS n, generate_subscripts(l.a, 1) AS i FROM (SELECT list_concat({lists}) AS a) l) g"  # noqa: S608

    return (
        f"{table}_n AS MATERIALIZED (SELECT b.*, row_number() OVER () AS {key} FROM {before} b)",  # noqa: S608
        f"{table}_r AS (SELECT b.{key}, [g.i] AS {way}, g.n AS {item} FROM {table}_n b, {nodes(first)} "  # noqa: S608
        f"UNION ALL SELECT b.{key}, list_append(b.{way}, g.i), g.n FROM {table}_r b, {nodes(further)})",
        f"{table} AS (SELECT b.*, g.{item}, row_number() OVER (PARTITION BY b.{key} ORDER BY g.{way}) - 1 AS {names.at} "  # noqa: S608
        f"FROM {table}_n b JOIN {table}_r g ON b.{key} = g.{key})",
    )


def rows(columns: Sequence[tuple[str, str, str]], table: str) -> str:
    """The rows of a table, with the number of their record last: of each column its SQL, SQL type and name."""
    given = ", ".join(f"CAST({sql} AS {held_as}) AS {quoted(name)}" for sql, held_as, name in columns)
    return f"SELECT {given}, b._rid FROM {table} b"  # noqa: S608
