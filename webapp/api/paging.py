"""Pages of lists that a catalog cuts by limit and offset."""


def next_offset(offset: int, limit: int, found: int) -> int | None:
    """Where the next page begins, when `found` entries came back for one more than `limit`; None at the end."""
    return offset + limit if found > limit else None
