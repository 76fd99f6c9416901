"""Which Commissure this is."""

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def distribution_version() -> str:
    """The installed version of Commissure; read once, for finding it takes half a millisecond."""
    try:
        return version("commissure")
    except PackageNotFoundError:
        return "0"
