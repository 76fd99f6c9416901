"""Pages of lists: by limit and offset, or by a cursor that holds within one generation."""

import base64
import binascii

from graph.errors import InvalidCursor


def next_offset(offset: int, limit: int, found: int) -> int | None:
    """Where the next page begins, when `found` entries came back for one more than `limit`; None at the end."""
    return offset + limit if found > limit else None


def cursor_after(generation: int, end: int, total: int) -> str | None:
    """The cursor of the page that begins at `end`; None where the list ends there."""
    return base64.urlsafe_b64encode(f"{generation}:{end}".encode()).decode() if end < total else None


def offset_of(cursor: str | None, generation: int) -> int:
    """Where a page begins. Raises InvalidCursor for a cursor of another generation, or none of ours."""
    if cursor is None:
        return 0
    try:
        made, _, offset = base64.urlsafe_b64decode(cursor.encode()).decode().partition(":")
        if int(made) == generation and int(offset) >= 0:
            return int(offset)
    except (ValueError, binascii.Error):
        pass
    raise InvalidCursor("the cursor is not of this generation: begin again without it")
