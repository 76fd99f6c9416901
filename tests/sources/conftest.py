"""The fixture of ingest."""

from tests.ingest.conftest import lab

__all__ = ["lab"]
