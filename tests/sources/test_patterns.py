"""What patterns of file names match, with links that lead back up among it."""

import glob
from pathlib import Path

import pytest

from sources.patterns import matches


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name in ("a.csv", "b.txt", ".h.csv", "in/c.csv", "in/deep/d.csv", ".hid/e.csv", "odd[1]/f.csv"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    monkeypatch.chdir(tmp_path)
    return tmp_path


PATTERNS = (
    *("*.csv", "*/*.csv", "**/*.csv", "**", "in/**", "[ab].*", ".h*", "in/*/d.csv", "**/deep/*.csv"),
    *("none*", "a.csv/*", "odd[[]1]/*", "i?/c.csv"),
)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_what_matches_is_what_a_shell_says(folder, pattern):
    for place in (pattern, str(folder / pattern)):
        asked = glob.glob(place, recursive=True)  # noqa: PTH207 - absolute patterns too
        assert [Path(one) for one in matches(place)] == sorted(set(map(Path, asked)) | ({Path()} if place == "**" else set()))


def test_links_that_lead_back_up_or_elsewhere_are_not_entered_at_any_depth(folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "g.csv").write_text("x")
    for name, target in (("in/one", folder), ("in/two", folder / "in"), ("in/three", "."), ("in/there", elsewhere)):
        (folder / name).symlink_to(target)
    assert matches("**/*.csv") == ["a.csv", "in/c.csv", "in/deep/d.csv", "odd[1]/f.csv"]
    assert matches("in/*/g.csv") == ["in/there/g.csv"], "a step that names a link takes it"


def test_a_link_to_nowhere_matches_its_name(folder):
    (folder / "gone.csv").symlink_to(folder / "nowhere.csv")
    assert "gone.csv" in matches("*.csv")
