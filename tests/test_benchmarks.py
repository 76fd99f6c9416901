"""Benchmarks that need to be told what to measure say so."""

import pytest

from benchmarks import reading


def test_reading_asks_for_notes_or_an_export(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["reading"])
    with pytest.raises(SystemExit) as ended:
        reading.main()
    told = capsys.readouterr().err
    assert ended.value.code == 2 and "usage:" in told and "notes" in told and "--export" in told
