"""What an S3 Select statement says, as values. `position` is where in the text, from 0, for error messages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from labels.errors import StatementError


@dataclass(frozen=True, slots=True)
class Expression:
    """Anything that has a value."""

    position: int


@dataclass(frozen=True, slots=True)
class Literal(Expression):
    """A text, number or truth value, or null (None)."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Path(Expression):
    """A field of the record: names and list indexes, outermost first; no steps is the record itself."""

    steps: tuple[str | int, ...]
    name: str
    """What a column of it is called."""


@dataclass(frozen=True, slots=True)
class Negation(Expression):
    """NOT operand, or a number's negative."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Junction(Expression):
    """AND or OR of operands."""

    operator: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Operation(Expression):
    """An operator between two values: = <> < <= > >= + - * / % ||."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class In(Expression):
    """Whether the operand equals one of the options."""

    operand: Expression
    options: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Like(Expression):
    """Whether a text matches a pattern of % and _."""

    operand: Expression
    pattern: Expression
    escape: Expression | None


@dataclass(frozen=True, slots=True)
class Is(Expression):
    """IS MISSING or IS NULL (which a missing value is too)."""

    operand: Expression
    state: str


@dataclass(frozen=True, slots=True)
class Cast(Expression):
    """CAST(operand AS kind)."""

    operand: Expression
    kind: str


@dataclass(frozen=True, slots=True)
class Case(Expression):
    """CASE WHEN condition THEN value … ELSE otherwise END."""

    branches: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression | None


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """A function. COUNT(*) has no arguments; `part` is the YEAR of EXTRACT(YEAR FROM …) and of the date functions."""

    function: str
    arguments: tuple[Expression, ...]
    part: str = ""
    is_distinct: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the answer and the name given to it ('' if none was)."""

    expression: Expression
    name: str


@dataclass(frozen=True, slots=True)
class Every:
    """A `[*]` or `.*` step of the FROM clause: one record for each element (list) or each value (object)."""

    of_object: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """SELECT columns FROM S3Object[*].source WHERE condition LIMIT limit; no columns is `*`."""

    text: str
    columns: tuple[Column, ...]
    source: tuple[str | int | Every, ...] = field(default=())
    condition: Expression | None = None
    limit: int | None = None


def parts(expression: Expression | None) -> list[Expression | None]:
    """The expressions that an expression is made of."""
    match expression:
        case Negation(_, _, operand) | Is(_, operand, _) | Cast(_, operand, _):
            return [operand]
        case Junction(_, _, operands) | Call(_, _, operands):
            return list(operands)
        case Operation(_, _, left, right):
            return [left, right]
        case In(_, operand, options):
            return [operand, *options]
        case Like(_, operand, pattern, escape):
            return [operand, pattern, escape]
        case Case(_, branches, otherwise):
            return [*(part for branch in branches for part in branch), otherwise]
    return []


@contextmanager
def bounded(text: str) -> Iterator[None]:
    """Read or translate a statement that may be too deep for it: `((((1))))`, or `1 + 1 + 1`, where each sum holds the one before.

    Raises StatementError in place of RecursionError.
    """
    try:
        yield
    except RecursionError:
        raise StatementError("nested too deeply, or made of too many parts in a row", text, 0) from None
