"""Which Commissure this is."""

from importlib.metadata import PackageNotFoundError, version


def distribution_version() -> str:
    """The installed version of Commissure."""
    try:
        return version("commissure")
    except PackageNotFoundError:
        return "0"
