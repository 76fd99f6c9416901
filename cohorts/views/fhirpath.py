"""The FHIRPath of views as a tree: precedence climbing over its words. What a tree means is said elsewhere."""

from dataclasses import dataclass
from typing import Final

from cohorts.views.errors import shown
from cohorts.views.tokens import PathError, Token, tokens

LONGEST: Final = 4_000
"""Characters of an expression."""
DEEPEST: Final = 100
"""Levels of an expression: brackets, arguments, operators and the steps of a path count alike."""

_LEVELS: Final = {
    "implies": 1,
    **dict.fromkeys(("or", "xor"), 2),
    "and": 3,
    **dict.fromkeys(("in", "contains"), 4),
    **dict.fromkeys(("=", "~", "!=", "!~"), 5),
    **dict.fromkeys((">", "<", ">=", "<="), 6),
    "|": 7,
    **dict.fromkeys(("is", "as"), 8),
    **dict.fromkeys(("+", "-", "&"), 9),
    **dict.fromkeys(("*", "/", "div", "mod"), 10),
}
"""Operator → how tightly it binds."""
_SIGNED: Final = 11


@dataclass(frozen=True, slots=True)
class Literal:
    """A value: of which FHIR type, and as it is written ('' for {}, the empty collection)."""

    type: str
    text: str


@dataclass(frozen=True, slots=True)
class Constant:
    """%name."""

    name: str


@dataclass(frozen=True, slots=True)
class This:
    """$this."""


@dataclass(frozen=True, slots=True)
class Step:
    """An element of what stands before the dot; of the focus where nothing does."""

    of: "Node | None"
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function of what stands before the dot."""

    of: "Node | None"
    name: str
    arguments: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Index:
    """of[at]."""

    of: "Node"
    at: "Node"


@dataclass(frozen=True, slots=True)
class Sign:
    """+ or - before a value."""

    sign: str
    of: "Node"


@dataclass(frozen=True, slots=True)
class Binary:
    """left operator right."""

    operator: str
    left: "Node"
    right: "Node"


Node = Literal | Constant | This | Step | Call | Index | Sign | Binary


def parse(path: str) -> Node:
    """The tree of an expression. Raises PathError."""
    if len(path) > LONGEST:
        raise PathError(LONGEST, f"has {len(path):,} characters, more than {LONGEST:,}")
    return _Parser(tokens(path)).whole()


def children(node: Node) -> tuple[Node, ...]:
    """The expressions that an expression is made of."""
    match node:
        case Step(of=of):
            return (of,) if of is not None else ()
        case Call(of=of, arguments=arguments):
            return (of, *arguments) if of is not None else arguments
        case Index(of=of, at=at):
            return of, at
        case Sign(of=of):
            return (of,)
        case Binary(left=left, right=right):
            return left, right
        case _:
            return ()


def functions(node: Node) -> frozenset[str]:
    """The names of all functions that an expression calls."""
    below = frozenset().union(*map(functions, children(node)))
    return below | {node.name} if isinstance(node, Call) else below


def constants(node: Node) -> frozenset[str]:
    """The names of all constants that an expression uses."""
    below = frozenset().union(*map(constants, children(node)))
    return below | {node.name} if isinstance(node, Constant) else below


def descends(node: Node) -> bool:
    """Whether an expression leads from the focus to something below it, and nowhere else."""
    steps = 0
    at: Node | None = node
    while at is not None and not isinstance(at, This):
        if not isinstance(at, Step | Call | Index):
            return False
        steps += isinstance(at, Step) or (isinstance(at, Call) and at.name == "extension")
        at = at.of
    return steps > 0


class _Parser:
    def __init__(self, words: list[Token]) -> None:
        self._words, self._at = words, 0

    def whole(self) -> Node:
        found = self._expression(0, 0)
        if self._next.kind != "end":
            raise PathError(self._next.at, f"{shown(self._next.text)} is not expected here")
        return found

    @property
    def _next(self) -> Token:
        return self._words[self._at]

    def _take(self) -> Token:
        self._at += 1
        return self._words[self._at - 1]

    def _takes(self, sign: str) -> bool:
        if self._next.kind == "sign" and self._next.text == sign:
            self._at += 1
            return True
        return False

    def _need(self, sign: str) -> None:
        if not self._takes(sign):
            there = f", not {shown(self._next.text)}" if self._next.text else " at the end"
            raise PathError(self._next.at, f"{sign!r} is expected{there}")

    def _expression(self, least: int, depth: int) -> Node:
        """What binds at least so tightly."""
        left = self._signed(depth + 1)
        steps = 0
        while (level := self._level()) >= max(least, 1):
            steps += 1
            self._bound(depth + steps)
            operator = self._take().text
            if operator in ("is", "as"):
                left = Call(left, operator, (self._expression(level + 1, depth + steps),))
            else:
                left = Binary(operator, left, self._expression(level + 1, depth + steps))
        return left

    def _level(self) -> int:
        return _LEVELS.get(self._next.text, 0) if self._next.kind in ("sign", "name") else 0

    def _bound(self, depth: int) -> None:
        if depth > DEEPEST:
            raise PathError(self._next.at, f"is nested more than {DEEPEST} deep")

    def _signed(self, depth: int) -> Node:
        self._bound(depth)
        if self._next.kind == "sign" and self._next.text in ("+", "-"):
            return Sign(self._take().text, self._signed(depth + 1))
        return self._path(depth)

    def _path(self, depth: int) -> Node:
        found = self._term(depth)
        steps = depth
        while True:
            if self._takes("."):
                found = self._step(found, steps)
            elif self._takes("["):
                at = self._expression(0, steps)
                self._need("]")
                found = Index(found, at)
            else:
                return found
            steps += 1
            self._bound(steps)

    def _step(self, of: Node | None, depth: int) -> Node:
        word = self._take()
        if word.kind != "name":
            raise PathError(word.at, "the name of an element or a function is expected")
        if not self._takes("("):
            return Step(of, word.text)
        arguments: list[Node] = []
        if not self._takes(")"):
            while True:
                arguments.append(self._expression(0, depth + 1))
                if self._takes(")"):
                    break
                self._need(",")
        return Call(of, word.text, tuple(arguments))

    def _term(self, depth: int) -> Node:
        word = self._next
        if word.kind == "name" and word.text not in ("true", "false"):
            return self._step(None, depth)
        self._at += 1
        if word.kind == "name":
            return Literal("boolean", word.text)
        if word.kind == "text":
            return Literal("string", word.text)
        if word.kind == "number":
            if self._next.kind in ("text", "name") and self._next.text not in _LEVELS and self._next.at > word.at:
                raise PathError(word.at, "a quantity as a value is not supported: compare .value and .code of it")
            return Literal("decimal" if "." in word.text else "integer", word.text)
        if word.kind == "moment":
            return _moment(word)
        if word.kind == "constant":
            return Constant(word.text)
        if word.kind == "special":
            if word.text != "$this":
                raise PathError(word.at, f"{word.text} is not supported")
            return This()
        if word.text == "(":
            inner = self._expression(0, depth + 1)
            self._need(")")
            return inner
        if word.text == "{":
            self._need("}")
            return Literal("", "")
        raise PathError(word.at, f"{shown(word.text)} is not expected here" if word.text else "it ends too early")


def _moment(word: Token) -> Literal:
    text = word.text[1:]
    if text.startswith("T"):
        return Literal("time", text[1:])
    return Literal("dateTime" if "T" in text else "date", text.removesuffix("T"))
