"""What the command line prints of an ingest is in words that researchers know, or explained."""

import pytest

from commissure.cli.ingest import print_report
from ingest.run import RunReport


def test_a_report_speaks_of_statements_and_explains_its_codes(capsys: pytest.CaptureFixture[str]) -> None:
    records = dict.fromkeys(("read", "added", "changed", "unchanged", "removed", "rejected"), 3)
    warnings = {"mention-traits": 2, "some-other": 1}
    report = RunReport("run-1", "study", 1.0, records, 1234, 5, {"total": 9, "embedded": 8}, 2, 7, warnings=warnings, issues_file="issues")
    print_report(report)
    said = capsys.readouterr().out
    assert "published as generation 7 of the data: 1,234 statements of the graph, 5 documents, 9 passages (8 read by the model)" in said
    assert "2 references to records that are not there" in said
    assert "2 mention-traits (mentions of which the source does not say whether they are denied), 1 some-other; see issues" in said
    assert "quads" not in said
