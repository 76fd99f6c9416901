"""Accounts in a folder of their own, and a clock that a test turns."""

from pathlib import Path

import pytest

from access.control import AccessControl


class Clock:
    """Seconds since 1970, as far as a test has turned them."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def control(tmp_path: Path, clock: Clock) -> AccessControl:
    return AccessControl(tmp_path, clock)


PASSWORD = "correct horse battery"
