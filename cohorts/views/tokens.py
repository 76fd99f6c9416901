"""Cuts a FHIRPath expression into its words."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from cohorts.views.errors import shown

Kind = Literal["name", "text", "number", "moment", "constant", "special", "sign", "end"]

_TOKEN: Final = re.compile(
    r"""
    (?P<blank>\s+|//[^\n]*|/\*.*?\*/)
  | (?P<moment>@(?:T\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?
        |\d{4}(?:-\d\d(?:-\d\d)?)?(?:T(?:\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:\d\d)?)?)?))
  | (?P<number>\d+(?:\.\d+)?)
  | (?P<text>'(?:[^'\\]|\\.)*')
  | (?P<quoted>`(?:[^`\\]|\\.)*`)
  | (?P<constant>%(?:[A-Za-z_][A-Za-z0-9_]*|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`))
  | (?P<special>\$[a-z]+)
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<sign><=|>=|!=|!~|[-+*/&|<>=~.,()\[\]{}])
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPED: Final = {"r": "\r", "n": "\n", "t": "\t", "f": "\f", "'": "'", '"': '"', "`": "`", "\\": "\\", "/": "/"}


class PathError(Exception):
    """An expression is wrong: at which character, and why."""

    def __init__(self, at: int, reason: str) -> None:
        self.at, self.reason = at, reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Token:
    """A word of an expression: what it is, what it says (without quotes, escapes resolved), and where it begins."""

    kind: Kind
    text: str
    at: int


def tokens(path: str) -> list[Token]:
    """The words, with one of kind `end` behind them. Raises PathError."""
    found: list[Token] = []
    at = 0
    while at < len(path):
        match = _TOKEN.match(path, at)
        if match is None or match.lastgroup is None:
            what = "a text that does not end" if path[at] in "'`" else f"{shown(path[at : at + 10])} is no part of FHIRPath"
            raise PathError(at, what)
        kind, text = match.lastgroup, match.group()
        if kind == "quoted":
            found.append(Token("name", _unquoted(text, at), at))
        elif kind == "text":
            found.append(Token("text", _unquoted(text, at), at))
        elif kind == "constant":
            found.append(Token("constant", _unquoted(text[1:], at) if text[1] in "'`" else text[1:], at))
        elif kind != "blank":
            found.append(Token(kind, text, at))  # type: ignore[arg-type]
        at = match.end()
    found.append(Token("end", "", len(path)))
    return found


def _unquoted(text: str, at: int) -> str:
    def plain(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        if match[2] not in _ESCAPED:
            raise PathError(at, f"\\{match[2]} is no escape of FHIRPath")
        return _ESCAPED[match[2]]

    found = _ESCAPE.sub(plain, text[1:-1])
    if "\0" in found or any("\ud800" <= each <= "\udfff" for each in found):
        raise PathError(at, "a text may not hold a null character or half of a pair")
    return found
