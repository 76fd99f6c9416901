"""Cursors of neighbour pages: the place of the last entry given, so that a page goes on after it whatever was added before it."""

import base64
import binascii
import json

from graph.errors import InvalidCursor

Position = tuple[str, str, str]
"""(neighbour, relation, direction): what pages of neighbours are sorted by."""


def encode_cursor(position: Position) -> str:
    """The cursor that goes on after `position`."""
    return base64.urlsafe_b64encode(json.dumps(position, ensure_ascii=False).encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> Position:
    """The position a cursor stands for; InvalidCursor where it is none of ours."""
    try:
        position = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise InvalidCursor("the cursor is not one that a former page gave; start without a cursor") from error
    if not (isinstance(position, list) and len(position) == 3 and all(isinstance(part, str) for part in position)):
        raise InvalidCursor("the cursor is not one that a former page gave; start without a cursor")
    neighbour, relation, direction = position
    return neighbour, relation, direction
