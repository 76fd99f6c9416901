"""What becomes of a test where the server it asks for cannot be had."""

from pathlib import Path

import pytest

from tests.servers import processes
from tests.servers.fixtures import started


@pytest.mark.parametrize(("there", "said"), [((), "needs Java"), (("java",), "Maven")])
def test_is_skipped_without_java_or_maven_and_fails_in_ci(
    there: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(processes, "TARGET", tmp_path)
    monkeypatch.setattr("shutil.which", lambda name: name if name in there else None)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=said):
        started(processes.gremlin_server)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=said):
        started(processes.gremlin_server)


def test_a_failed_download_skips_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(processes, "TARGET", tmp_path / "target")
    monkeypatch.setattr(processes, "POM", tmp_path / "pom.xml")
    (tmp_path / "pom.xml").write_text("<project>")
    mvn = tmp_path / "mvn"
    mvn.write_text("#!/bin/sh\necho '[ERROR] no network'\nexit 1\n")
    mvn.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr("shutil.which", lambda name: name)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no network"):
        started(processes.gremlin_server)
    assert not (tmp_path / "target" / "gremlin-3.7.3").exists()
