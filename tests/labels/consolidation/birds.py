"""The birds set of the shared data: 302 images, five answers each."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "ground-truth" / "birds"
needs_birds = pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared birds set is not beside the repository")
