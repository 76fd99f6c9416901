"""From the text of an S3 Select statement to its meaning.

Dialect: one SELECT over S3Object, with WHERE and LIMIT; JSON paths with dots, ['name'], [index]; IS [NOT] MISSING; the functions of
`FUNCTIONS`. Names match exactly as they are written, quoted or not; keywords and function names in any case.

Longer than most because it is one grammar, whose rules call one another.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn, TypeVar

from labels.errors import StatementError
from labels.manifests.s3select.statement import (
    Call,
    Case,
    Cast,
    Column,
    Every,
    Expression,
    In,
    Is,
    Junction,
    Like,
    Literal,
    Negation,
    Operation,
    Path,
    Statement,
    bounded,
)

AGGREGATES = ("avg", "count", "max", "min", "sum")
FUNCTIONS = {
    **dict.fromkeys(AGGREGATES, (1, 1)),
    "coalesce": (1, 99),
    "nullif": (2, 2),
    "char_length": (1, 1),
    "character_length": (1, 1),
    "lower": (1, 1),
    "upper": (1, 1),
    "trim": (1, 1),
    "substring": (2, 3),
    "to_timestamp": (1, 1),
    "utcnow": (0, 0),
}
"""Function → fewest and most arguments. EXTRACT, DATE_ADD, DATE_DIFF, CAST and CASE have a syntax of their own."""

KINDS = {
    **dict.fromkeys(("int", "integer"), "integer"),
    **dict.fromkeys(("float", "decimal", "numeric"), "number"),
    **dict.fromkeys(("string", "char", "varchar"), "text"),
    **dict.fromkeys(("bool", "boolean"), "truth"),
    "timestamp": "time",
}
"""Names of types in CAST → what they are here."""

_PARTS = ("year", "month", "day", "hour", "minute", "second")
_LONGEST = 256 << 10
"""Characters of a statement, S3 Select's limit."""

_DIGITS = 18
"""Of a whole number; a longer one is a float."""

_REFUSED = {
    "group": "S3 Select has no GROUP BY: count one value at a time with WHERE",
    "order": "S3 Select has no ORDER BY: lines come in the order of the file",
    "having": "S3 Select has no HAVING",
    "join": "S3 Select has no joins",
    "union": "S3 Select has no UNION",
    "offset": "S3 Select has no OFFSET",
}
_RESERVED = {
    *("select", "from", "where", "limit", "and", "or", "not", "in", "like", "is", "between", "as"),
    *("case", "when", "then", "else", "end", "null", "missing", "true", "false", "escape", "cast"),
    *_REFUSED,
}

_ATTRIBUTE = re.compile(r"[\w$-]+")
_Read = TypeVar("_Read")
_TOKEN = re.compile(
    r"""(?P<blank>\s+|--[^\n]*)
    |(?P<text>'(?:[^']|'')*')
    |(?P<quoted>"(?:[^"]|"")*")
    |(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<word>[^\W\d][\w$]*)
    |(?P<sign><>|!=|<=|>=|\|\||[-=<>+*/%()\[\],.;])""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int
    end: int

    @property
    def word(self) -> str:
        """The keyword it may be; '' for anything else."""
        return self.text.lower() if self.kind == "word" else ""

    @property
    def name(self) -> str:
        """The name it writes."""
        return self.text[1:-1].replace('""', '"') if self.kind == "quoted" else self.text


def parse_statement(text: str) -> Statement:
    """A whole SELECT. Raises StatementError with the place."""
    return _guarded(text, lambda parser: parser.statement())


def parse_expression(text: str, alias: str = "s") -> Expression:
    """One expression over a line called `alias`, or the bare name of an attribute. Raises StatementError with the place."""
    if _ATTRIBUTE.fullmatch(text):
        return Path(0, (text,), text)
    return _guarded(text, lambda parser: parser.whole_expression(alias))


def _guarded(text: str, read: "Callable[[_Parser], _Read]") -> _Read:
    if len(text) > _LONGEST:
        raise StatementError(f"longer than {_LONGEST:,} characters", text, 0)
    with bounded(text):
        return read(_Parser(text))


def _tokens(text: str) -> list[_Token]:
    found, position = [], 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            what = {"'": "this text has no closing quote", '"': "this name has no closing quote"}
            raise StatementError(what.get(text[position], f"{text[position]!r} is not part of the dialect"), text, position)
        if match.lastgroup != "blank":
            found.append(_Token(match.lastgroup, match[0], position, match.end()))
        position = match.end()
    found.append(_Token("end", "", len(text), len(text)))
    return found


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._at = 0
        self._aliases: tuple[str, ...] = ()
        self._own_name = ""

    # Statements

    def statement(self) -> Statement:
        self._expect("select")
        start = self._at
        self._skip_to_from()
        if not self._take("from"):
            self._at = start
            self._columns()
            self._expect("from")
        source = self._source()
        after_from, self._at = self._at, start
        columns = self._columns()
        self._expect("from")
        self._at = after_from
        condition = self._expression() if self._take("where") else None
        limit = self._limit() if self._take("limit") else None
        self._end()
        return Statement(self._text, columns, source, condition, limit)

    def whole_expression(self, alias: str) -> Expression:
        self._aliases = (alias, "s3object")
        expression = self._expression()
        self._end()
        return expression

    def _skip_to_from(self) -> None:
        """Go to FROM, which says what the names in front of it mean."""
        depth = 0
        while (token := self._token).kind != "end" and (depth or token.word != "from"):
            depth += (token.text == "(") - (token.text == ")") if token.kind == "sign" else 0
            self._at += 1

    def _source(self) -> tuple[str | int | Every, ...]:
        token = self._token
        if token.kind != "word" or token.word != "s3object":
            self._fail("the only source is S3Object (the files on the command line)")
        self._at += 1
        steps: list[str | int | Every] = []
        if self._take("["):
            if not self._take("*"):
                self._fail("S3Object stands for the lines: write S3Object[*]")
            self._expect("]")
            while (step := self._step(with_every=True)) is not None:
                steps.append(step)
        last = steps[-1] if steps else None
        self._own_name = last if isinstance(last, str) else "_1"
        alias = ""
        if self._take("as") or (self._token.kind == "quoted") or (self._token.kind == "word" and self._token.word not in _RESERVED):
            alias = self._name("a name for S3Object")
        self._aliases = (alias,) if alias else ("s3object",) if not steps else (self._own_name,)
        if alias and not steps:
            self._aliases += ("s3object",)
        return tuple(steps)

    def _columns(self) -> tuple[Column, ...]:
        if self._take("*"):
            return ()
        columns = [self._column()]
        while self._take(","):
            columns.append(self._column())
        is_record = len(columns) == 1 and not columns[0].name and columns[0].expression == Path(columns[0].expression.position, (), "*")
        return () if is_record else tuple(columns)

    def _column(self) -> Column:
        expression = self._expression()
        is_named = self._take("as") or self._token.kind == "quoted" or (self._token.kind == "word" and self._token.word not in _RESERVED)
        return Column(expression, self._name("a name for the column") if is_named else "")

    def _limit(self) -> int:
        token = self._token
        if not _is_whole(token):
            self._fail("LIMIT takes a whole number")
        self._at += 1
        return int(token.text)

    # Expressions, loosest first

    def _expression(self) -> Expression:
        return self._junction("or", lambda: self._junction("and", self._negation))

    def _junction(self, word: str, operand: "Callable[[], Expression]") -> Expression:
        first = operand()
        if self._token.word != word:
            return first
        operands = [first]
        while self._take(word):
            operands.append(operand())
        return Junction(first.position, word, tuple(operands))

    def _negation(self) -> Expression:
        position = self._token.position
        if self._take("not"):
            return Negation(position, "not", self._negation())
        return self._comparison()

    def _comparison(self) -> Expression:
        left = self._sum()
        position = self._token.position
        if self._token.kind == "sign" and self._token.text in ("=", "<>", "!=", "<", "<=", ">", ">="):
            operator = self._advance().text
            return Operation(position, "<>" if operator == "!=" else operator, left, self._sum())
        if self._take("is"):
            is_negated = self._take("not")
            state = self._token.word
            if state not in ("missing", "null"):
                self._fail("after IS comes [NOT] MISSING or [NOT] NULL")
            self._at += 1
            return _negated(is_negated, Is(position, left, state))
        is_negated = self._take("not")
        if self._take("in"):
            self._expect("(")
            options = [self._expression()]
            while self._take(","):
                options.append(self._expression())
            self._expect(")")
            return _negated(is_negated, In(position, left, tuple(options)))
        if self._take("like"):
            pattern = self._sum()
            return _negated(is_negated, Like(position, left, pattern, self._sum() if self._take("escape") else None))
        if self._take("between"):
            low = self._sum()
            self._expect("and")
            between = Junction(position, "and", (Operation(position, ">=", left, low), Operation(position, "<=", left, self._sum())))
            return _negated(is_negated, between)
        if is_negated:
            self._fail("after NOT comes IN, LIKE or BETWEEN")
        return left

    def _sum(self) -> Expression:
        return self._operations(("+", "-", "||"), lambda: self._operations(("*", "/", "%"), self._signed))

    def _operations(self, operators: tuple[str, ...], operand: "Callable[[], Expression]") -> Expression:
        left = operand()
        while self._token.kind == "sign" and self._token.text in operators:
            self._refuse_hyphen()
            token = self._advance()
            left = Operation(token.position, token.text, left, operand())
        return left

    def _refuse_hyphen(self) -> None:
        """`s.triage-metadata` is a name without its quotes, not a subtraction."""
        before, sign, after = self._tokens[self._at - 1 : self._at + 2]
        if sign.text == "-" and before.kind == after.kind == "word" and before.end == sign.position and sign.end == after.position:
            self._fail(f'a name with a hyphen needs double quotes: "{before.text}-{after.text}"')

    def _signed(self) -> Expression:
        position = self._token.position
        if self._take("-"):
            operand = self._signed()
            if isinstance(operand, Literal) and isinstance(operand.value, int | float):
                return Literal(position, -operand.value)
            return Negation(position, "-", operand)
        self._take("+")
        return self._primary()

    def _primary(self) -> Expression:
        token = self._token
        if token.kind == "text":
            self._at += 1
            return Literal(token.position, token.text[1:-1].replace("''", "'"))
        if token.kind == "number":
            value = int(token.text) if _is_whole(token) else float(token.text)
            if not math.isfinite(value):
                self._fail("this number is too large")
            self._at += 1
            return Literal(token.position, value)
        if token.word in ("true", "false", "null"):
            self._at += 1
            return Literal(token.position, {"true": True, "false": False, "null": None}[token.word])
        if self._take("("):
            if self._token.word == "select":
                self._fail("S3 Select has no subqueries")
            inner = self._expression()
            self._expect(")")
            return inner
        if token.word == "case":
            return self._case()
        if token.kind == "quoted" or (token.kind == "word" and token.word not in _RESERVED - {"cast"}):
            if token.kind == "word" and self._tokens[self._at + 1].text == "(":
                return self._call()
            return self._path()
        self._fail("a value is expected here" if token.kind != "end" else "the statement ends where a value is expected")

    def _path(self) -> Path:
        token = self._advance()
        is_record = token.name in self._aliases or token.word in [alias.lower() for alias in self._aliases]
        steps: list[str | int] = [] if is_record else [token.name]
        if self._token.text == "." and self._tokens[self._at + 1].text == "*":
            if steps:
                self._fail("`.*` stands only after the name of S3Object")
            self._at += 2
            return Path(token.position, (), "*")
        while (step := self._step()) is not None:
            steps.append(step)  # type: ignore[arg-type]
        last = steps[-1] if steps else token.name
        return Path(token.position, tuple(steps), last if isinstance(last, str) else "")

    def _step(self, with_every: bool = False) -> str | int | Every | None:
        if self._take("."):
            if with_every and self._take("*"):
                return Every(of_object=True)
            return self._name("the name of a field")
        if not self._take("["):
            return None
        token = self._advance()
        if token.text == "*" and with_every:
            step: str | int | Every = Every()
        elif _is_whole(token):
            step = int(token.text)
        elif token.kind == "text":
            step = token.text[1:-1].replace("''", "'")
        else:
            self._at -= 1
            self._fail("inside [ ] comes an index or a 'name'" + ("" if with_every else "; [*] stands only in FROM"))
        self._expect("]")
        return step

    def _case(self) -> Case:
        position = self._advance().position
        compared = None if self._token.word == "when" else self._expression()
        branches = []
        while self._take("when"):
            condition = self._expression()
            if compared is not None:
                condition = Operation(condition.position, "=", compared, condition)
            self._expect("then")
            branches.append((condition, self._expression()))
        if not branches:
            self._fail("CASE needs a WHEN")
        otherwise = self._expression() if self._take("else") else None
        self._expect("end")
        return Case(position, tuple(branches), otherwise)

    def _call(self) -> Expression:
        token = self._advance()
        function = token.word
        self._expect("(")
        if function == "cast":
            return self._cast(token.position)
        if function in ("extract", "date_add", "date_diff"):
            return self._dated(token)
        if function not in FUNCTIONS:
            self._at -= 2
            self._fail(
                f"no function is called {token.text!r}; there are CAST, EXTRACT, DATE_ADD, DATE_DIFF, {', '.join(FUNCTIONS).upper()}"
            )
        if function == "count" and self._take("*"):
            self._expect(")")
            return Call(token.position, function, ())
        is_distinct = function == "count" and self._take("distinct")
        arguments: list[Expression] = []
        if not self._take(")"):
            arguments.append(self._expression())
            while self._take(",") or (function == "substring" and (self._take("from") or self._take("for"))):
                arguments.append(self._expression())
            self._expect(")")
        self._check_count(token, arguments, *FUNCTIONS[function])
        return Call(token.position, function, tuple(arguments), is_distinct=is_distinct)

    def _cast(self, position: int) -> Cast:
        operand = self._expression()
        self._expect("as")
        kind = KINDS.get(self._token.word)
        if kind is None:
            self._fail(f"CAST makes {', '.join(KINDS).upper()}")
        self._at += 1
        if self._take("("):
            while not self._take(")"):
                if self._advance().kind == "end":
                    self._fail("a closing bracket is missing")
        self._expect(")")
        return Cast(position, operand, kind)

    def _dated(self, token: _Token) -> Call:
        part = self._token.word
        if part not in _PARTS:
            self._fail(f"a part of a date is expected here: {', '.join(_PARTS).upper()}")
        self._at += 1
        self._expect("from" if token.word == "extract" else ",")
        arguments = [self._expression()]
        while self._take(","):
            arguments.append(self._expression())
        self._expect(")")
        wanted = 1 if token.word == "extract" else 2
        self._check_count(token, arguments, wanted, wanted)
        return Call(token.position, token.word, tuple(arguments), part)

    def _check_count(self, token: _Token, arguments: list[Expression], fewest: int, most: int) -> None:
        if not fewest <= len(arguments) <= most:
            number = f"{fewest}" if fewest == most else f"{fewest} to {most}"
            raise StatementError(f"{token.text.upper()} takes {number} values, not {len(arguments)}", self._text, token.position)

    # Tokens

    @property
    def _token(self) -> _Token:
        return self._tokens[self._at]

    def _advance(self) -> _Token:
        token = self._token
        if token.kind != "end":
            self._at += 1
        return token

    def _take(self, text: str) -> bool:
        token = self._token
        if token.word == text or (token.kind == "sign" and token.text == text):
            self._at += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._take(text):
            self._fail(f"{text.upper()} is expected here")

    def _name(self, what: str) -> str:
        token = self._token
        if token.kind not in ("word", "quoted"):
            self._fail(f"{what} is expected here")
        self._at += 1
        return token.name

    def _end(self) -> None:
        self._take(";")
        token = self._token
        if token.kind != "end":
            self._fail(_REFUSED.get(token.word, "the statement should end here"))

    def _fail(self, reason: str) -> NoReturn:
        token = self._token
        found = f" (found {token.text[:40]!r})" if token.kind != "end" else ""
        raise StatementError(reason + found, self._text, token.position)


def _is_whole(token: _Token) -> bool:
    return token.kind == "number" and token.text.isdecimal() and len(token.text) <= _DIGITS


def _negated(is_negated: bool, expression: Expression) -> Expression:
    return Negation(expression.position, "not", expression) if is_negated else expression
